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
    description = "Explain the status of an agent: the evidence, the rules, and the next step.",
    footer = {
      "",
      "Examples:",
      "  lazarus-pit why writer",
      "  lazarus-pit why writer --cell 4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10"
    })
public final class WhyCommand extends DaemonCommand {

  @Mixin private final TargetOptions target = new TargetOptions();

  @Override
  void check() {
    if (target.isMissing()) {
      throw wrongUse(TargetOptions.MISSING);
    }
  }

  @Override
  int ask(ControlClient daemon) throws IOException {
    StringJoiner query = new StringJoiner("&", "/api/why?", "");
    target.cell().ifPresent(cell -> query.add("cell=" + cell));
    target.agent().ifPresent(agent -> query.add("agent=" + encoded(agent)));
    JsonNode answer = daemon.get(query.toString());
    print(
        answer,
        console -> {
          if (answer.has("agents")) {
            answer.path("agents").forEach(agent -> write(console, agent));
          } else {
            write(console, answer);
          }
        });
    return 0;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static void write(Console console, JsonNode why) {
    console.line(
        "agent %s of cell %s", why.path("agent_id").asString(), why.path("cell_id").asString());
    lines(console, "evidence", why.path("evidence"));
    lines(console, "rules", why.path("rules"));
    console.field("  next", why.path("next").asString());
  }

  private static void lines(Console console, String name, JsonNode lines) {
    String label = "  " + name;
    for (JsonNode line : lines) {
      console.field(label, line.asString());
      label = "";
    }
  }
}
