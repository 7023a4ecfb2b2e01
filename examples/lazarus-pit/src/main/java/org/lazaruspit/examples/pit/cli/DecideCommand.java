package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.text.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Base of the commands that decide on a revival that waits for approval. */
public abstract class DecideCommand extends DaemonCommand {

  @Parameters(
      paramLabel = "REVIVAL",
      description = "The id of the revival (see: lazarus-pit revivals).")
  private String revival = "";

  private final String verb;

  DecideCommand(String verb) {
    this.verb = verb;
  }

  /** Returns the reason, or null. */
  abstract @Nullable String reason();

  @Override
  final int ask(ControlClient daemon) throws IOException {
    ObjectNode body = Json.object();
    body.put("reason", JournalReason.of(reason()));
    String id = URLEncoder.encode(revival, StandardCharsets.UTF_8).replace("+", "%20");
    JsonNode answer = daemon.post("/api/revivals/" + id + "/" + verb, body);
    print(
        answer,
        console ->
            console.line(
                "revival %s of agent %s is %s",
                answer.path("id").asString(),
                answer.path("agent_id").asString(),
                answer.path("status").asString()));
    return 0;
  }

  /** {@code lazarus-pit approve}. */
  @Command(
      name = "approve",
      mixinStandardHelpOptions = true,
      description = "Approve a revival, or a hand-over, that waits for approval.",
      footer = {
        "",
        "The approval holds for one revival of this incarnation, for 24 h, and only if the agent",
        "still needs it then.",
        "",
        "Examples:",
        "  lazarus-pit why writer",
        "  lazarus-pit approve rv-3k9q0zt5mw"
      })
  public static final class Approve extends DecideCommand {

    @Option(names = "--reason", paramLabel = "TEXT", description = "The reason, for the journal.")
    private @Nullable String reason;

    Approve() {
      super("approve");
    }

    @Override
    @Nullable String reason() {
      return reason;
    }
  }

  /** {@code lazarus-pit deny}. */
  @Command(
      name = "deny",
      mixinStandardHelpOptions = true,
      description = "Deny a revival, or a hand-over, that waits for approval.",
      footer = {
        "",
        "The denial holds until an operator orders a revival: lazarus-pit revive AGENT.",
        "",
        "Example:",
        "  lazarus-pit deny rv-3k9q0zt5mw --reason \"its task is cancelled\""
      })
  public static final class Deny extends DecideCommand {

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        required = true,
        description = "The reason, for the journal.")
    private String reason = "";

    Deny() {
      super("deny");
    }

    @Override
    String reason() {
      return reason;
    }
  }
}
