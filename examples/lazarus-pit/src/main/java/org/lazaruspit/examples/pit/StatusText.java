package org.lazaruspit.examples.pit;

import tools.jackson.databind.JsonNode;

/** The status for people. */
final class StatusText {

  private StatusText() {}

  static String of(JsonNode status) {
    StringBuilder text = new StringBuilder();
    text.append(
        "running     pid %d since %s%s%n"
            .formatted(
                status.path("pid").asLong(),
                status.path("started_at").asString(),
                status.path("dry_run").asBoolean() ? ", dry run" : ""));
    JsonNode health = status.path("health");
    text.append(
        "loop        %s, %d rounds%n"
            .formatted(
                health.path("well").asBoolean() ? "well" : "NOT WELL",
                health.path("rounds").asLong()));
    health
        .path("complaints")
        .forEach(line -> text.append("            " + line.asString() + "%n".formatted()));
    text.append("cells       %d%n".formatted(status.path("cells").asLong()));
    text.append("agents      %d%n".formatted(status.path("agents").asLong()));
    return PlainText.lines(text.toString().stripTrailing());
  }
}
