package org.lazaruspit.examples.pit.cli;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.StringJoiner;
import org.lazaruspit.examples.pit.text.RelativeTime;
import tools.jackson.databind.JsonNode;

/** The status for people. */
final class StatusText {

  private StatusText() {}

  static void write(Console screen, JsonNode status, URI page, Instant now) {
    String since = status.path("started_at").asString();
    screen.field(
        "running",
        "pid %d since %s, for %s%s"
            .formatted(
                status.path("pid").asLong(),
                since,
                RelativeTime.words(Duration.between(Instant.parse(since), now)),
                status.path("dry_run").asBoolean() ? "; a dry run: it does nothing" : ""));
    loop(screen, status.path("health"), now);
    JsonNode config = status.path("config");
    screen.field(
        "missions",
        "%s in %s, looked at every %d s"
            .formatted(
                RelativeTime.count(status.path("cells").asLong(), "cell"),
                config.path("missions_path").asString(),
                config.path("poll_interval").asLong()));
    screen.field("agents", agents(status));
    revivals(screen, status);
    status
        .path("plugin_problems")
        .forEach(problem -> screen.field("plug-in", problem.asString(), false));
    screen.field("page", page + "/ (lazarus-pit page: the same with its token)");
  }

  private static void loop(Console screen, JsonNode health, Instant now) {
    boolean well = health.path("well").asBoolean();
    screen.field(
        "loop",
        "%s, %s, the last one %s"
            .formatted(
                well ? "well" : "NOT WELL",
                RelativeTime.count(health.path("rounds").asLong(), "round"),
                RelativeTime.since(health.path("last_round").asString(""), now)),
        well);
    health.path("complaints").forEach(complaint -> screen.field("", complaint.asString(), false));
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

  private static void revivals(Console screen, JsonNode status) {
    long waiting = status.path("waiting_for_approval").asLong();
    screen.field(
        "revivals",
        "%d open%s"
            .formatted(
                status.path("revivals_open").asLong(),
                waiting == 0
                    ? ""
                    : ", %d of them wait%s for a person (lazarus-pit revivals)"
                        .formatted(waiting, waiting == 1 ? "s" : "")));
    long quarantined = status.path("quarantined").asLong();
    if (quarantined > 0) {
      screen.field(
          "quarantine", quarantined + " (lazarus-pit report, why AGENT, lift AGENT)", false);
    }
  }
}
