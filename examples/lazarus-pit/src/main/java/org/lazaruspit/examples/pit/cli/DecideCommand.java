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

/** A word on a revival that waits for one. */
public abstract class DecideCommand extends DaemonCommand {

  @Parameters(paramLabel = "REVIVAL", description = "Its id, as lazarus-pit revivals lists it.")
  private String revival = "";

  private final String word;

  DecideCommand(String word) {
    this.word = word;
  }

  /** What is said about it, null for nothing. */
  abstract @Nullable String reason();

  @Override
  final int ask(ControlClient daemon) throws IOException {
    ObjectNode body = Json.object();
    body.put("reason", Person.says(reason()));
    String id = URLEncoder.encode(revival, StandardCharsets.UTF_8).replace("+", "%20");
    JsonNode answer = daemon.post("/api/revivals/" + id + "/" + word, body);
    print(
        answer,
        screen ->
            screen.line(
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
      description = "Say yes to a revival, or a hand-over, that waits for it.",
      footer = {
        "",
        "The yes is good for one revival of this incarnation, for 24 h, and only if the agent still",
        "needs it by then.",
        "",
        "Examples:",
        "  lazarus-pit why writer",
        "  lazarus-pit approve rv-3k9q0zt5mw"
      })
  public static final class Approve extends DecideCommand {

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the journal.")
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
      description = "Say no to a revival, or a hand-over, that waits for a person's word.",
      footer = {
        "",
        "The no holds until a person has the agent revived: lazarus-pit revive AGENT.",
        "",
        "Example:",
        "  lazarus-pit deny rv-3k9q0zt5mw --reason \"its task is cancelled\""
      })
  public static final class Deny extends DecideCommand {

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        required = true,
        description = "Why not, for the journal.")
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
