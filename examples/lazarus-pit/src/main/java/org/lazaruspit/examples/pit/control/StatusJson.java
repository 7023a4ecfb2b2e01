package org.lazaruspit.examples.pit.control;

import java.util.List;
import java.util.TreeSet;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitHealth;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Status of the daemon and its fleet as JSON. */
public final class StatusJson {

  private StatusJson() {}

  public static ObjectNode of(CurrentPit current) {
    CurrentPit.Work work = current.work();
    LazarusPit pit = work.pit();
    PitReport report = pit.report();
    List<Revival> open =
        pit.engine().revivals().stream().filter(revival -> revival.status().open()).toList();
    ObjectNode status = Json.object();
    status.put("running", true);
    status.put("pid", ProcessHandle.current().pid());
    status.put("started_at", current.startedAt().toString());
    status.put("dry_run", current.dryRun());
    status.set("config", config(work.config()));
    status.put("cells", report.cells());
    status.put("agents", report.agents().size());
    ObjectNode byStatus = status.putObject("agents_by_status");
    for (PitReport.Status each : PitReport.Status.values()) {
      byStatus.put(each.wireName(), count(report, each));
    }
    status.put(
        "pending_revivals", count(open, RevivalStatus.PENDING, RevivalStatus.PENDING_APPROVAL));
    status.put("revivals_open", open.size());
    status.put("waiting_for_approval", count(open, RevivalStatus.PENDING_APPROVAL));
    status.put("quarantined", count(report, PitReport.Status.QUARANTINED));
    status.put("refused", count(report, PitReport.Status.REFUSED));
    status.set("health", health(pit.health()));
    ArrayNode problems = status.putArray("plugin_problems");
    pit.pluginProblems().forEach(problem -> problems.add(problem.toString()));
    return status;
  }

  private static ObjectNode config(PitConfig config) {
    ObjectNode json = Json.object();
    json.put("poll_interval", config.pollInterval().toSeconds());
    json.put("timeout", config.timeout().toSeconds());
    ArrayNode gateways = json.putArray("gateways");
    new TreeSet<>(config.gateways().keySet()).forEach(gateways::add);
    json.put("missions_path", config.missionsPath().toString());
    return json;
  }

  private static ObjectNode health(PitHealth health) {
    ObjectNode json = Json.object();
    json.put("well", health.well());
    Json.put(json, "last_round", health.lastRound());
    json.put("rounds", health.rounds());
    json.put("late", Json.seconds(health.late()));
    json.put("failures_seen", health.failuresSeen());
    json.put("failures_acted_on", health.failuresActedOn());
    ArrayNode complaints = json.putArray("complaints");
    health.complaints().forEach(complaints::add);
    return json;
  }

  private static long count(List<Revival> revivals, RevivalStatus... statuses) {
    return revivals.stream()
        .filter(revival -> List.of(statuses).contains(revival.status()))
        .count();
  }

  private static long count(PitReport report, PitReport.Status status) {
    return report.agents().stream().filter(line -> line.status() == status).count();
  }
}
