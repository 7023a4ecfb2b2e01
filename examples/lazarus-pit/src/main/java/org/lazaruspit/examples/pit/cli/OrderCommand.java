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

/** What a person orders about an agent or a whole cell: it is in the journal when this returns. */
public abstract class OrderCommand extends DaemonCommand {

  @Mixin private final TargetOptions whom = new TargetOptions();

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the journal.")
  private @Nullable String reason;

  private final String order;
  private final String done;

  OrderCommand(String order, String done) {
    this.order = order;
    this.done = done;
  }

  /** When it ends by itself. */
  Optional<Instant> until() {
    return Optional.empty();
  }

  @Override
  final void check() {
    if (whom.isMissing()) {
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
    body.put("agent", whom.agent().orElse(null));
    body.put("cell", whom.cell().map(UUID::toString).orElse(null));
    body.put("until", until().map(Instant::toString).orElse(null));
    body.put("reason", Person.says(reason));
    JsonNode answer = daemon.post("/api/orders", body);
    print(answer, screen -> write(screen, answer));
    return 0;
  }

  private void write(Console screen, JsonNode answer) {
    String cell = answer.path("cell_id").asString();
    screen.line(
        "%s %s%s",
        whom.agent().map(id -> "agent " + id + " of cell " + cell).orElse("cell " + cell),
        done,
        until().map(end -> " until " + end).orElse(""));
    for (JsonNode revival : answer.path("revivals")) {
      screen.line(
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
      description =
          "Bring an agent back now, whatever stood in the way; a healthy one is left alone.",
      footer = {
        "",
        "Ends its stop, pause, quarantine or hold, asks nobody, and spends none of its budget. With a",
        "cell's id: all of its agents that are not healthy.",
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
        "A revival that is under way is finished.",
        "",
        "Examples:",
        "  lazarus-pit pause writer",
        "  lazarus-pit pause writer --until 2026-01-31T09:30:00Z --reason \"it is being looked at\""
      })
  public static final class Pause extends OrderCommand {

    @Option(
        names = "--until",
        paramLabel = "INSTANT",
        converter = Instants.class,
        description = "When it ends by itself, for example 2026-01-31T09:30:00Z.")
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
        "Of an agent and of its cell each by itself: what the other is under still holds.",
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
        "Of a whole cell, those that are dead come back one first, and then the others.",
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
