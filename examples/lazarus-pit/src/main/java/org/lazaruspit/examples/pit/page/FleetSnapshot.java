package org.lazaruspit.examples.pit.page;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalEngine;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * The fleet at one moment, as the page shows it. Immutable.
 *
 * @param timestamp the time of the last round
 * @param cells the missions
 * @param agents the agents
 * @param revivals every open revival and the newest of the others, by id, oldest first
 */
record FleetSnapshot(
    Instant timestamp,
    Map<UUID, FleetCell> cells,
    Map<AgentRef, FleetAgent> agents,
    Map<String, Revival> revivals) {

  /** Maximum number of ended revivals; older ones are in the journals. */
  static final int ENDED_REVIVALS = 500;

  static FleetSnapshot of(LazarusPit pit) {
    RevivalEngine engine = pit.engine();
    List<Revival> revivals = engine.revivals();
    PitReport report = pit.report();
    Map<UUID, MissionCell> missions = new LinkedHashMap<>();
    Map<UUID, FleetCell> cells = new LinkedHashMap<>();
    for (MissionCell mission : pit.cells()) {
      missions.put(mission.id(), mission);
      cells.put(mission.id(), FleetCell.of(mission, restriction(engine, mission.id())));
    }
    Map<AgentRef, Revival> latest = latest(revivals);
    Map<AgentRef, FleetAgent> agents = new LinkedHashMap<>();
    for (AgentLine line : report.agents()) {
      AgentRef agent = line.agent();
      MissionCell mission = missions.get(agent.cellId());
      if (mission != null) {
        agents.put(
            agent,
            FleetAgent.of(
                line,
                mission.agents().get(agent.agentId()),
                restrictions(engine, agent),
                Optional.ofNullable(latest.get(agent)),
                report.timestamp()));
      }
    }
    return new FleetSnapshot(
        report.timestamp(),
        Collections.unmodifiableMap(cells),
        Collections.unmodifiableMap(agents),
        shown(revivals));
  }

  private static @Nullable Restriction restriction(RevivalEngine engine, UUID cell) {
    try {
      return engine.restriction(cell).orElse(null);
    } catch (NoSuchElementException e) {
      return null; // the cell has left meanwhile
    }
  }

  private static List<Restriction> restrictions(RevivalEngine engine, AgentRef agent) {
    try {
      return engine.restrictions(agent);
    } catch (NoSuchElementException e) {
      return List.of(); // the agent has left since the report
    }
  }

  /** Returns the open revival or hand-over of each agent, else its newest. */
  private static Map<AgentRef, Revival> latest(List<Revival> oldestFirst) {
    Map<AgentRef, Revival> latest = new HashMap<>();
    for (Revival revival : oldestFirst) {
      latest.merge(
          revival.agent(),
          revival,
          (before, after) -> before.status().open() && !after.status().open() ? before : after);
    }
    return latest;
  }

  private static Map<String, Revival> shown(List<Revival> oldestFirst) {
    List<Revival> shown = new ArrayList<>();
    int ended = 0;
    for (int i = oldestFirst.size() - 1; i >= 0; i--) {
      Revival revival = oldestFirst.get(i);
      if (revival.status().open() || ended++ < ENDED_REVIVALS) {
        shown.add(revival);
      }
    }
    Collections.reverse(shown);
    Map<String, Revival> byId = new LinkedHashMap<>();
    shown.forEach(revival -> byId.put(revival.id(), revival));
    return Collections.unmodifiableMap(byId);
  }
}
