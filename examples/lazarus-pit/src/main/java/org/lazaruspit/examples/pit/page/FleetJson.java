package org.lazaruspit.examples.pit.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.lazaruspit.examples.pit.control.RevivalJson;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.spi.AgentRef;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Snapshots of the fleet, and their differences, as JSON. Pure. */
final class FleetJson {

  private FleetJson() {}

  /** Returns the whole fleet. */
  static ObjectNode full(FleetSnapshot snapshot) {
    ObjectNode json = Json.object();
    json.put("timestamp", snapshot.timestamp().toString());
    ArrayNode cells = json.putArray("cells");
    snapshot.cells().values().forEach(cell -> cells.add(cell.json()));
    ArrayNode agents = json.putArray("agents");
    snapshot.agents().values().forEach(agent -> agents.add(agent.json()));
    return json;
  }

  /**
   * Returns the changes: ids and changed fields of each cell and agent, and the ids of removed
   * cells and agents. Empty if nothing has changed.
   */
  static Optional<ObjectNode> change(FleetSnapshot before, FleetSnapshot after) {
    ArrayNode cells = changed(before.cells(), after.cells(), FleetCell::json, List.of("cell_id"));
    ArrayNode agents =
        changed(before.agents(), after.agents(), FleetAgent::json, List.of("cell_id", "agent_id"));
    ArrayNode cellsGone = Json.array();
    before.cells().keySet().stream()
        .filter(id -> !after.cells().containsKey(id))
        .forEach(id -> cellsGone.add(id.toString()));
    ArrayNode agentsGone = Json.array();
    for (AgentRef agent : before.agents().keySet()) {
      if (!after.agents().containsKey(agent)) {
        agentsGone.addArray().add(agent.cellId().toString()).add(agent.agentId());
      }
    }
    if (cells.isEmpty() && agents.isEmpty() && cellsGone.isEmpty() && agentsGone.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode json = Json.object();
    json.put("timestamp", after.timestamp().toString());
    json.set("cells", cells);
    json.set("agents", agents);
    json.set("cells_gone", cellsGone);
    json.set("agents_gone", agentsGone);
    return Optional.of(json);
  }

  private static <K, V> ArrayNode changed(
      Map<K, V> before, Map<K, V> after, Function<V, ObjectNode> json, List<String> ids) {
    ArrayNode changed = Json.array();
    after.forEach(
        (key, value) -> {
          V old = before.get(key);
          if (old == null) {
            changed.add(json.apply(value));
          } else if (!old.equals(value)) {
            difference(json.apply(old), json.apply(value), ids).ifPresent(changed::add);
          }
        });
    return changed;
  }

  private static Optional<ObjectNode> difference(
      ObjectNode before, ObjectNode after, List<String> ids) {
    ObjectNode difference = Json.object();
    ids.forEach(id -> difference.set(id, after.get(id)));
    for (Map.Entry<String, JsonNode> field : after.properties()) {
      if (!Objects.equals(before.get(field.getKey()), field.getValue())) {
        difference.set(field.getKey(), field.getValue());
      }
    }
    return difference.size() > ids.size() ? Optional.of(difference) : Optional.empty();
  }

  /** Returns new and changed revivals, oldest first, and the ids of removed revivals. */
  static List<ObjectNode> revivals(Map<String, Revival> before, Map<String, Revival> after) {
    List<ObjectNode> changed = new ArrayList<>();
    after.forEach(
        (id, revival) -> {
          if (!revival.equals(before.get(id))) {
            changed.add(RevivalJson.of(revival));
          }
        });
    for (String id : before.keySet()) {
      if (!after.containsKey(id)) {
        changed.add(Json.object().put("id", id).put("gone", true));
      }
    }
    return changed;
  }
}
