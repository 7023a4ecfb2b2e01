package org.lazaruspit.heartbeat.http;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Cells that agents' ids belong to. The cell whose derived token first registers an id or first
 * sends a heartbeat for it has the id until the agent is removed with full access; meanwhile a
 * valid token of another cell is refused. Each entry needs a derived token, so their number needs
 * no limit. Thread-safe.
 */
final class KeyBindings {

  private final Predicate<String> registered;
  private final Map<String, String> cells = new ConcurrentHashMap<>();

  /** Ids whose agents have removed themselves: their cells keep them. */
  private final Set<String> kept = ConcurrentHashMap.newKeySet();

  /** Creates bindings; an id that is no longer registered is free. */
  KeyBindings(Predicate<String> registered) {
    this.registered = registered;
  }

  /** Returns whether the principal may act for the id: it belongs to no other cell. */
  boolean admits(String agentId, Principal principal) {
    String owner = cells.get(agentId);
    return principal.cell() == null || owner == null || isFree(agentId, owner, principal.cell());
  }

  /** Gives the id to the principal's cell; returns false if it belongs to another. */
  boolean claim(String agentId, Principal principal) {
    String cell = principal.cell();
    if (cell == null) {
      return true;
    }
    String owner =
        cells.compute(
            agentId, (id, before) -> before == null || isFree(id, before, cell) ? cell : before);
    return cell.equals(owner);
  }

  private boolean isFree(String agentId, String owner, String cell) {
    return owner.equals(cell) || !(kept.contains(agentId) || registered.test(agentId));
  }

  /** Called after the removal of an agent: with full access, its id is free. */
  void removed(String agentId, Principal principal) {
    if (principal.hasFullAccess()) {
      cells.remove(agentId);
      kept.remove(agentId);
    } else if (cells.containsKey(agentId)) {
      kept.add(agentId);
    }
  }
}
