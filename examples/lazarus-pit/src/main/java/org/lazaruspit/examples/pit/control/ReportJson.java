package org.lazaruspit.examples.pit.control;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.PitReport.Overdue;
import org.lazaruspit.pit.spi.AgentRef;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Report of the last round as JSON, agent by agent. */
final class ReportJson {

  private ReportJson() {}

  static ObjectNode of(PitReport report) {
    ObjectNode json = Json.object();
    json.put("timestamp", report.timestamp().toString());
    json.put("total_cells", report.cells());
    json.put("total_agents", report.agents().size());
    json.put("healthy_agents", report.healthyAgents());
    json.put("unhealthy_agents", report.agents().size() - report.healthyAgents());
    ObjectNode health = json.putObject("agent_health");
    Map<String, Integer> cells = cellsOf(report.agents());
    for (AgentLine line : report.agents()) {
      AgentRef agent = line.agent();
      boolean unique = cells.getOrDefault(agent.agentId(), 0) == 1;
      String key = unique ? agent.agentId() : agent.cellId() + "." + agent.agentId();
      health.set(key, of(line, report));
    }
    ArrayNode overdue = json.putArray("overdue");
    report.overdue().forEach(late -> overdue.add(of(late)));
    return json;
  }

  /** Returns the number of cells with an agent of each id. */
  private static Map<String, Integer> cellsOf(List<AgentLine> lines) {
    Map<String, Integer> cells = new HashMap<>();
    lines.forEach(line -> cells.merge(line.agent().agentId(), 1, Integer::sum));
    return Collections.unmodifiableMap(cells);
  }

  private static ObjectNode of(AgentLine line, PitReport report) {
    ObjectNode json = Json.object();
    json.put("agent_id", line.agent().agentId());
    json.put("cell_id", line.agent().cellId().toString());
    json.put("gateway", line.gateway().orElse(null));
    json.put("healthy", line.healthy());
    json.put("timestamp", report.timestamp().toString());
    json.put("response_time", line.responseTime().map(Json::seconds).orElse(null));
    json.put("status", line.status().wireName());
    json.put("incarnation", line.incarnation());
    json.put("judgement", line.judgement());
    Json.put(json, "last_heartbeat", line.lastHeartbeat());
    json.put("progress", line.progress().orElse(null));
    json.put("waiting", line.waiting().orElse(null));
    return json;
  }

  private static ObjectNode of(Overdue late) {
    ObjectNode json = Json.object();
    json.put("kind", late.kind().name().toLowerCase(Locale.ROOT));
    json.put("cell_id", late.cellId().toString());
    json.put("id", late.id());
    json.put("since", late.since().toString());
    json.put("detail", late.describe());
    return json;
  }
}
