package org.lazaruspit.examples.pit.page;

import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.examples.pit.control.RevivalJson;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.Restriction;
import tools.jackson.databind.node.ObjectNode;

/**
 * Mission as the page shows it. Immutable.
 *
 * @param config the configuration of the cell
 * @param agents the number of agents
 * @param restriction the restriction on the whole cell; null if there is none
 */
record FleetCell(CellConfig config, int agents, @Nullable Restriction restriction) {

  static FleetCell of(MissionCell cell, @Nullable Restriction restriction) {
    return new FleetCell(cell.config(), cell.agents().size(), restriction);
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("cell_id", config.cellId().toString());
    json.put("mission_name", config.missionName());
    json.put("status", config.status().wireName());
    json.put("created_at", config.createdAt().toString());
    json.put("deadline", config.deadline().toString());
    json.put("agents", agents);
    json.set("standing", restriction == null ? null : RevivalJson.of(restriction));
    return json;
  }
}
