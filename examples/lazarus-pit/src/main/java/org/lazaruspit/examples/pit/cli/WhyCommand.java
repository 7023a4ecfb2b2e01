package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code lazarus-pit why}. */
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    description = "Say why an agent is where it is: the evidence, the rules, and what comes next.",
    footer = {
      "",
      "Examples:",
      "  lazarus-pit why writer",
      "  lazarus-pit why writer --cell 4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10"
    })
public final class WhyCommand extends DaemonCommand {

  @Mixin private final TargetOptions whom = new TargetOptions();

  @Override
  void check() {
    if (whom.isMissing()) {
      throw wrongUse(TargetOptions.MISSING);
    }
  }

  @Override
  int ask(ControlClient daemon) throws IOException {
    StringJoiner query = new StringJoiner("&", "/api/why?", "");
    whom.cell().ifPresent(cell -> query.add("cell=" + cell));
    whom.agent().ifPresent(agent -> query.add("agent=" + encoded(agent)));
    JsonNode answer = daemon.get(query.toString());
    print(
        answer,
        screen -> {
          if (answer.has("agents")) {
            answer.path("agents").forEach(agent -> write(screen, agent));
          } else {
            write(screen, answer);
          }
        });
    return 0;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static void write(Console screen, JsonNode why) {
    screen.line(
        "agent %s of cell %s", why.path("agent_id").asString(), why.path("cell_id").asString());
    lines(screen, "evidence", why.path("evidence"));
    lines(screen, "rules", why.path("rules"));
    screen.field("  next", why.path("next").asString());
  }

  private static void lines(Console screen, String name, JsonNode lines) {
    String label = "  " + name;
    for (JsonNode line : lines) {
      screen.field(label, line.asString());
      label = "";
    }
  }
}
