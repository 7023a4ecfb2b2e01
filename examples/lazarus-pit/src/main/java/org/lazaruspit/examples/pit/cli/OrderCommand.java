package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.text.Instants;
import org.lazaruspit.examples.pit.text.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Base of the orders for an agent or a whole cell; an order is in the journal on return. */
public abstract class OrderCommand extends DaemonCommand {

  @Mixin private final TargetOptions target = new TargetOptions();

  @Option(names = "--reason", paramLabel = "TEXT", description = "The reason, for the journal.")
  private @Nullable String reason;

  private final String order;
  private final String done;

  OrderCommand(String order, String done) {
    this.order = order;
    this.done = done;
  }

  /** Returns when the order ends by itself, if at all. */
  Optional<Instant> until() {
    return Optional.empty();
  }

  @Override
  final void check() {
    if (target.isMissing()) {
      throw wrongUse(TargetOptions.MISSING);
    }
    until()
        .filter(end -> !end.isAfter(Instant.now()))
        .ifPresent(
            end -> {
              throw wrongUse("--until: " + end + " is past");
            });
  }

  @Override
  final int ask(ControlClient daemon) throws IOException {
    ObjectNode body = Json.object();
    body.put("order", order);
    body.put("agent", target.agent().orElse(null));
    body.put("cell", target.cell().map(UUID::toString).orElse(null));
    body.put("until", until().map(Instant::toString).orElse(null));
    body.put("reason", JournalReason.of(reason));
    JsonNode answer = daemon.post("/api/orders", body);
    print(answer, console -> write(console, answer));
    return 0;
  }

  private void write(Console console, JsonNode answer) {
    String cell = answer.path("cell_id").asString();
    console.line(
        "%s %s%s",
        target.agent().map(id -> "agent " + id + " of cell " + cell).orElse("cell " + cell),
        done,
        until().map(end -> " until " + end).orElse(""));
    for (JsonNode revival : answer.path("revivals")) {
      console.line(
          "revival %s of agent %s is %s",
          revival.path("id").asString(),
          revival.path("agent_id").asString(),
          revival.path("status").asString());
    }
  }

  /** {@code lazarus-pit revive}. */
  @Command(
      name = "revive",
      mixinStandardHelpOptions = true,
      description = "Revive an agent now, against any policy; leaves a healthy agent alone.",
      footer = {
        "",
        "Ends its stop, pause, quarantine or hold; needs no approval and spends none of its budget.",
        "With the id of a cell: all agents that are not healthy.",
        "",
        "Examples:",
        "  lazarus-pit revive writer --reason \"its disk has room again\"",
        "  lazarus-pit revive 4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10"
      })
  public static final class Revive extends OrderCommand {
    Revive() {
      super("revive", "will be revived");
    }
  }

  /** {@code lazarus-pit stop}. */
  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      description = "End an agent and keep it ended, until resume or revive.",
      footer = {
        "",
        "Examples:",
        "  lazarus-pit stop writer --reason \"it costs too much\"",
        "  lazarus-pit stop --cell 4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10"
      })
  public static final class Stop extends OrderCommand {
    Stop() {
      super("stop", "is stopped");
    }
  }

  /** {@code lazarus-pit pause}. */
  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Leave an agent alone, dead or alive, until resume, revive or an instant.",
      footer = {
        "",
        "A revival under way is finished.",
        "",
        "Examples:",
        "  lazarus-pit pause writer",
        "  lazarus-pit pause writer --until 2026-01-31T09:30:00Z --reason \"under inspection\""
      })
  public static final class Pause extends OrderCommand {

    @Option(
        names = "--until",
        paramLabel = "INSTANT",
        converter = Instants.class,
        description = "When the pause ends by itself, for example 2026-01-31T09:30:00Z.")
    private @Nullable Instant until;

    Pause() {
      super("pause", "is paused");
    }

    @Override
    Optional<Instant> until() {
      return Optional.ofNullable(until);
    }
  }

  /** {@code lazarus-pit resume}. */
  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "End a stop or a pause.",
      footer = {
        "",
        "An agent and its cell are resumed separately: a stop or pause of the other still holds.",
        "",
        "Example:",
        "  lazarus-pit resume writer"
      })
  public static final class Resume extends OrderCommand {
    Resume() {
      super("resume", "is resumed");
    }
  }

  /** {@code lazarus-pit lift}. */
  @Command(
      name = "lift",
      mixinStandardHelpOptions = true,
      description = "End a quarantine or a hold: the agent is revived again as its policy says.",
      footer = {
        "",
        "In a whole cell, one dead agent is revived first, and then the others.",
        "",
        "Example:",
        "  lazarus-pit lift writer --reason \"the quota is raised\""
      })
  public static final class Lift extends OrderCommand {
    Lift() {
      super("lift", "is lifted");
    }
  }
}
