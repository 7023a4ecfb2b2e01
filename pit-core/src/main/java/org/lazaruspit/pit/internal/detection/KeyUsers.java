package org.lazaruspit.pit.internal.detection;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.pit.spi.AgentRef;

/** Agents that still use their keys, by the files of their cells. Immutable. */
final class KeyUsers {

  private static final Pattern UUID = Pattern.compile("[0-9a-fA-F-]{36}");

  private final Map<String, CellLoad> cells = new HashMap<>();

  /** Names of the directories of unreadable cells. */
  private final Set<String> unreadable = new HashSet<>();

  KeyUsers(List<CellLoad> loads) {
    for (CellLoad load : loads) {
      load.cell()
          .ifPresentOrElse(
              cell -> cells.put(cell.id().toString(), load),
              () -> unreadable.add(String.valueOf(load.directory().getFileName())));
    }
  }

  /**
   * Returns whether the agent keeps its key.
   *
   * @param hasKey whether an agent with these files has this key
   */
  boolean uses(AgentRef agent, Predicate<AgentSpec> hasKey) {
    String cellId = agent.cellId().toString();
    CellLoad load = cells.get(cellId);
    if (load == null) {
      return unreadable.stream()
          .anyMatch(name -> name.equals(cellId) || !UUID.matcher(name).matches());
    }
    CellStatus status = load.cell().orElseThrow().config().status();
    if (status == CellStatus.COMPLETED || status == CellStatus.FAILED) {
      return false;
    }
    AgentSpec spec = load.cell().orElseThrow().agents().get(agent.agentId());
    return spec == null ? isUnreadable(load, agent.agentId()) : hasKey.test(spec);
  }

  private static boolean isUnreadable(CellLoad load, String agentId) {
    return load.problems().stream()
        .anyMatch(problem -> problem.file().endsWith("agents/" + agentId + ".json"));
  }
}
