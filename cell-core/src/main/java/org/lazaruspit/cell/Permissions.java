package org.lazaruspit.cell;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.lazaruspit.cell.internal.json.Identifiers;

/**
 * The content of {@code config/permissions.json}: the grants of each agent. Access without a grant
 * is refused. Immutable and thread-safe.
 *
 * @param agents the grants by agent identifier, sorted
 */
public record Permissions(Map<String, Grants> agents) {

  /** No grants. */
  public static final Permissions ABSENT = new Permissions(Map.of());

  /**
   * Validates the components.
   *
   * @param agents the grants by agent identifier, sorted
   */
  public Permissions {
    SortedMap<String, Grants> sorted = new TreeMap<>(agents);
    sorted.keySet().forEach(agent -> Identifiers.require("permissions", agent));
    agents = Collections.unmodifiableSortedMap(sorted);
  }

  /**
   * Returns the grants of one agent.
   *
   * @param agentId the agent
   * @return its grants, {@link Grants#NONE} if the file has no entry for it
   */
  public Grants of(String agentId) {
    return agents.getOrDefault(agentId, Grants.NONE);
  }

  /**
   * Returns whether both agents' grants allow a hand-over.
   *
   * @param from the agent that has the task
   * @param to the agent that takes it
   * @return true if {@code from} may hand over to {@code to} and {@code to} may take from {@code
   *     from}
   */
  public boolean mayHandOver(String from, String to) {
    return of(from).handoffTo().contains(to) && of(to).handoffFrom().contains(from);
  }

  /**
   * Grants of one agent.
   *
   * @param read tasks that the agent may read
   * @param write tasks that the agent may write
   * @param execute tasks that the agent may execute
   * @param handoffTo agents that it may hand tasks to
   * @param handoffFrom agents that it may take tasks from
   */
  public record Grants(
      List<String> read,
      List<String> write,
      List<String> execute,
      List<String> handoffTo,
      List<String> handoffFrom) {

    /** No grants. */
    public static final Grants NONE =
        new Grants(List.of(), List.of(), List.of(), List.of(), List.of());

    /**
     * Validates the components.
     *
     * @param read tasks that the agent may read
     * @param write tasks that the agent may write
     * @param execute tasks that the agent may execute
     * @param handoffTo agents that it may hand tasks to
     * @param handoffFrom agents that it may take tasks from
     */
    public Grants {
      read = List.copyOf(read);
      write = List.copyOf(write);
      execute = List.copyOf(execute);
      handoffTo = List.copyOf(handoffTo);
      handoffFrom = List.copyOf(handoffFrom);
    }
  }
}
