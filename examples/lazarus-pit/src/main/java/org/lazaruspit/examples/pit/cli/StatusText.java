package org.lazaruspit.examples.pit.cli;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.StringJoiner;
import org.lazaruspit.examples.pit.text.RelativeTime;
import tools.jackson.databind.JsonNode;

/** Prints the status as text. */
final class StatusText {

  private StatusText() {}

  static void write(Console console, JsonNode status, URI page, Instant now) {
    String since = status.path("started_at").asString();
    console.field(
        "running",
        "pid %d since %s, for %s%s"
            .formatted(
                status.path("pid").asLong(),
                since,
                RelativeTime.of(Duration.between(Instant.parse(since), now)),
                status.path("dry_run").asBoolean() ? "; dry run: starts and stops no agent" : ""));
    loop(console, status.path("health"), now);
    JsonNode config = status.path("config");
    console.field(
        "missions",
        "%s in %s, a round every %d s"
            .formatted(
                RelativeTime.count(status.path("cells").asLong(), "cell"),
                config.path("missions_path").asString(),
                config.path("poll_interval").asLong()));
    console.field("agents", agents(status));
    revivals(console, status);
    status
        .path("plugin_problems")
        .forEach(problem -> console.field("plug-in", problem.asString(), false));
    console.field("page", page + "/ (with its token: lazarus-pit page)");
  }

  private static void loop(Console console, JsonNode health, Instant now) {
    boolean well = health.path("well").asBoolean();
    console.field(
        "loop",
        "%s, %s, the last %s"
            .formatted(
                well ? "well" : "NOT WELL",
                RelativeTime.count(health.path("rounds").asLong(), "round"),
                RelativeTime.since(health.path("last_round").asString(""), now)),
        well);
    health.path("complaints").forEach(complaint -> console.field("", complaint.asString(), false));
  }

  private static String agents(JsonNode status) {
    StringJoiner parts = new StringJoiner(", ", ": ", "").setEmptyValue("");
    status
        .path("agents_by_status")
        .forEachEntry(
            (name, count) -> {
              if (count.asLong() > 0) {
                parts.add(count.asLong() + " " + name);
              }
            });
    return status.path("agents").asLong() + parts.toString();
  }

  private static void revivals(Console console, JsonNode status) {
    long waiting = status.path("waiting_for_approval").asLong();
    console.field(
        "revivals",
        "%d open%s"
            .formatted(
                status.path("revivals_open").asLong(),
                waiting == 0
                    ? ""
                    : ", %d of them wait%s for approval (lazarus-pit revivals)"
                        .formatted(waiting, waiting == 1 ? "s" : "")));
    long quarantined = status.path("quarantined").asLong();
    if (quarantined > 0) {
      console.field(
          "quarantine", quarantined + " (lazarus-pit report, why AGENT, lift AGENT)", false);
    }
    long refused = status.path("refused").asLong();
    if (refused > 0) {
      console.field(
          "refused",
          refused + " with the key of another agent (lazarus-pit report, why AGENT)",
          false);
    }
  }
}
