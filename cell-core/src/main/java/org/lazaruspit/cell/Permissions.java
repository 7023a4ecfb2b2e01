package org.lazaruspit.cell;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.lazaruspit.cell.internal.json.Identifiers;

/**
 * The content of {@code config/permissions.json}: what each agent was granted. What is not granted
 * is refused. Immutable and thread-safe.
 *
 * @param agents the grants by agent identifier, sorted
 */
public record Permissions(Map<String, Grants> agents) {

  /** Nobody was granted anything. */
  public static final Permissions ABSENT = new Permissions(Map.of());

  /**
   * Checks what is given.
   *
   * @param agents the grants by agent identifier, sorted
   */
  public Permissions {
    SortedMap<String, Grants> sorted = new TreeMap<>(agents);
    sorted.keySet().forEach(agent -> Identifiers.require("permissions", agent));
    agents = Collections.unmodifiableSortedMap(sorted);
  }

  /**
   * What one agent was granted.
   *
   * @param agentId the agent
   * @return its grants, {@link Grants#NONE} where the file has none
   */
  public Grants of(String agentId) {
    return agents.getOrDefault(agentId, Grants.NONE);
  }

  /**
   * Whether both sides let a task go from one agent to the other.
   *
   * @param from who gives
   * @param to who takes
   * @return true when {@code from} may hand off to {@code to} and {@code to} may take from {@code
   *     from}
   */
  public boolean mayHandOver(String from, String to) {
    return of(from).handoffTo().contains(to) && of(to).handoffFrom().contains(from);
  }

  /**
   * What one agent was granted.
   *
   * @param read tasks it may read
   * @param write tasks it may write
   * @param execute tasks it may execute
   * @param handoffTo agents it may hand tasks to
   * @param handoffFrom agents it may take tasks from
   */
  public record Grants(
      List<String> read,
      List<String> write,
      List<String> execute,
      List<String> handoffTo,
      List<String> handoffFrom) {

    /** Nothing. */
    public static final Grants NONE =
        new Grants(List.of(), List.of(), List.of(), List.of(), List.of());

    /**
     * Checks what is given.
     *
     * @param read tasks it may read
     * @param write tasks it may write
     * @param execute tasks it may execute
     * @param handoffTo agents it may hand tasks to
     * @param handoffFrom agents it may take tasks from
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
