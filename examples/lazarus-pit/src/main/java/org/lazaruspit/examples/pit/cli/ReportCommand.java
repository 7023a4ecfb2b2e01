package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.lazaruspit.examples.pit.text.RelativeTime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code lazarus-pit report}. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description =
        "Show every agent as of the last round, and overdue missions, tasks and checkpoints.",
    footer = {
      "",
      "With --json, agents are keyed by id, or by CELL.ID if several cells have an agent of that id.",
      "",
      "Examples:",
      "  lazarus-pit report --unwell",
      "  lazarus-pit report --json | jq '.agent_health[] | select(.healthy | not)'"
    })
public final class ReportCommand extends DaemonCommand {

  @Option(names = "--unwell", description = "Leave out healthy agents (not with --json).")
  private boolean unwell;

  @Override
  int ask(ControlClient daemon) throws IOException {
    JsonNode report = daemon.get("/api/report");
    print(report, console -> write(console, report, Instant.now()));
    return 0;
  }

  private void write(Console console, JsonNode report, Instant now) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode agent : report.path("agent_health")) {
      if (!unwell || !agent.path("healthy").asBoolean()) {
        rows.add(row(agent, now));
      }
    }
    console.line(
        "%d of %s healthy, in %s, %s",
        report.path("healthy_agents").asLong(),
        RelativeTime.count(report.path("total_agents").asLong(), "agent"),
        RelativeTime.count(report.path("total_cells").asLong(), "cell"),
        RelativeTime.since(report.path("timestamp").asString(), now));
    if (!rows.isEmpty()) {
      console.table(
          List.of("AGENT", "CELL", "GATEWAY", "STATUS", "INC", "LAST HEARTBEAT", "JUDGEMENT"),
          rows);
    }
    report
        .path("overdue")
        .forEach(late -> console.line("overdue: %s", late.path("detail").asString()));
  }

  private static List<String> row(JsonNode agent, Instant now) {
    return List.of(
        agent.path("agent_id").asString(),
        agent.path("cell_id").asString(),
        agent.path("gateway").asString("-"),
        agent.path("status").asString(),
        agent.path("incarnation").asString(),
        RelativeTime.since(agent.path("last_heartbeat").asString(""), now),
        agent.path("judgement").asString());
  }
}
