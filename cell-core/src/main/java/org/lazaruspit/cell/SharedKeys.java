package org.lazaruspit.cell;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.lazaruspit.cell.internal.files.CellLayout;

/**
 * Finds agents of several cells with one id at one gateway: where the pit's {@code agent_key} is
 * {@code "agent"}, it supervises one of them and refuses the others. Pure.
 */
public final class SharedKeys {
  private SharedKeys() {}

  /** Id at a gateway. */
  private record Key(String gateway, String agentId) {}

  /**
   * Adds a warning to each cell for each of its agents whose id an agent of another cell has at the
   * same gateway. Missions that have ended do not count.
   *
   * @param loads the cells of a missions root
   * @return the same cells in the same order, with the warnings after other problems
   */
  public static List<CellLoad> report(List<CellLoad> loads) {
    Map<Key, List<MissionCell>> cells = byKey(loads);
    return loads.stream()
        .map(
            load -> {
              List<CellProblem> problems = new ArrayList<>(load.problems());
              load.cell().ifPresent(cell -> problems.addAll(problems(cell, cells)));
              return new CellLoad(load.directory(), load.cell(), problems);
            })
        .toList();
  }

  /**
   * Returns the warnings of one cell.
   *
   * @param cellId the id of the cell
   * @param loads the cells of its missions root
   * @return the warnings; empty if no cell has this id
   */
  public static List<CellProblem> of(UUID cellId, List<CellLoad> loads) {
    Map<Key, List<MissionCell>> cells = byKey(loads);
    return loads.stream()
        .flatMap(load -> load.cell().stream())
        .filter(cell -> cell.id().equals(cellId))
        .flatMap(cell -> problems(cell, cells).stream())
        .toList();
  }

  private static Map<Key, List<MissionCell>> byKey(List<CellLoad> loads) {
    Map<Key, List<MissionCell>> cells = new HashMap<>();
    for (CellLoad load : loads) {
      if (load.cell().isPresent()) {
        MissionCell cell = load.cell().get();
        keys(cell).forEach(key -> cells.computeIfAbsent(key, k -> new ArrayList<>()).add(cell));
      }
    }
    return cells;
  }

  /** Returns the keys of the cell's agents; none of an ended mission. */
  private static List<Key> keys(MissionCell cell) {
    CellStatus status = cell.config().status();
    List<Key> keys = new ArrayList<>();
    if (status == CellStatus.ACTIVE || status == CellStatus.PAUSED) {
      for (AgentSpec agent : cell.agents().values()) {
        if (agent.gateway() != null) {
          keys.add(new Key(agent.gateway(), agent.agentId()));
        }
      }
    }
    return keys;
  }

  private static List<CellProblem> problems(MissionCell cell, Map<Key, List<MissionCell>> cells) {
    List<CellProblem> problems = new ArrayList<>();
    for (Key key : keys(cell)) {
      for (MissionCell other : cells.getOrDefault(key, List.of())) {
        if (!other.id().equals(cell.id())) {
          problems.add(problem(cell, other, key));
        }
      }
    }
    return problems;
  }

  private static CellProblem problem(MissionCell cell, MissionCell other, Key key) {
    return new CellProblem(
        Severity.WARNING,
        new CellLayout(cell.directory()).agent(key.agentId()),
        "/agent_id",
        0,
        0,
        "agent %s/%s with the id of agent %s/%s at gateway \"%s\""
            .formatted(cell.id(), key.agentId(), other.id(), key.agentId(), key.gateway()),
        "another id or gateway, or agent_key \"cell\" in the pit's configuration");
  }
}
