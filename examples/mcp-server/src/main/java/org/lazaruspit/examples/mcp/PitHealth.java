package org.lazaruspit.examples.mcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Reads health from the last round of a pit. */
final class PitHealth implements HealthSource {

  private static final String FLEET = "/api/fleet";
  private static final String AGENTS = "agents";

  private final PitClient pit;

  PitHealth(PitClient pit) {
    this.pit = pit;
  }

  @Override
  public Map<String, Object> agent(Optional<UUID> cell, String agentId) throws Exception {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode agent : pit.get(FLEET).path(AGENTS)) {
      if (agent.path("agent_id").asString("").equals(agentId) && isOf(cell, agent)) {
        found.add(agent);
      }
    }
    if (found.isEmpty()) {
      throw new ToolException(
          "agent_id: the pit has no agent " + agentId + cell.map(id -> " in " + id).orElse(""));
    }
    if (found.size() > 1) {
      throw new ToolException(
          "agent_id: %d cells have an agent %s; choose a cell with cell_id"
              .formatted(found.size(), agentId));
    }
    return agent(found.get(0));
  }

  @Override
  public Map<String, Object> fleet(Optional<UUID> cell, FleetSummary fleet) throws Exception {
    JsonNode answer = pit.get(FLEET);
    for (JsonNode agent : answer.path(AGENTS)) {
      if (isOf(cell, agent)) {
        fleet.add(agent(agent));
      }
    }
    return fleet.result("pit", Json.plain(answer.path("timestamp")));
  }

  private static boolean isOf(Optional<UUID> cell, JsonNode agent) {
    return cell.isEmpty() || cell.get().toString().equals(agent.path("cell_id").asString(""));
  }

  private static Map<String, Object> agent(JsonNode agent) {
    return Json.object(
        "source",
        "pit",
        "agent_id",
        agent.path("agent_id").asString(""),
        "cell_id",
        agent.path("cell_id").asString(""),
        FleetSummary.STATUS,
        agent.path("status").asString("unknown"),
        "healthy",
        agent.path("healthy").asBoolean(false),
        "incarnation",
        Json.plain(agent.path("incarnation")),
        "last_heartbeat",
        Json.plain(agent.path("last_heartbeat")),
        "progress",
        Json.plain(agent.path("progress")),
        "waiting",
        Json.plain(agent.path("waiting")),
        "detail",
        Json.plain(agent.path("judgement")));
  }
}
