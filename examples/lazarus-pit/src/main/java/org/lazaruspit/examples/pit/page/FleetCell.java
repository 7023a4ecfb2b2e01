package org.lazaruspit.examples.pit.page;

import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.examples.pit.control.RevivalJson;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.Restriction;
import tools.jackson.databind.node.ObjectNode;

/**
 * One mission as the page shows it. Immutable.
 *
 * @param config what its file says
 * @param agents how many agents it has
 * @param standing what a person intends with all of it; null for nothing
 */
record FleetCell(CellConfig config, int agents, @Nullable Restriction standing) {

  static FleetCell of(MissionCell cell, @Nullable Restriction standing) {
    return new FleetCell(cell.config(), cell.agents().size(), standing);
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("cell_id", config.cellId().toString());
    json.put("mission_name", config.missionName());
    json.put("status", config.status().wireName());
    json.put("created_at", config.createdAt().toString());
    json.put("deadline", config.deadline().toString());
    json.put("agents", agents);
    json.set("standing", standing == null ? null : RevivalJson.of(standing));
    return json;
  }
}
