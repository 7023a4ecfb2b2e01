package org.lazaruspit.pit.internal.os;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Environment variable that marks every process of an agent with the names of its agent lock.
 *
 * <p>The value holds one name or two, as {@code NAME/NAME}. Real paths hold no two slashes in a
 * row, so the second name begins at the second slash of the first such pair.
 */
public final class AgentMark {

  /** Name of the variable. */
  public static final String VARIABLE = "LAZARUS_LOCK";

  private AgentMark() {}

  /** Returns the value for a lock with these real paths. */
  public static String value(Path name, Optional<Path> otherName) {
    return name + otherName.map(file -> "/" + file).orElse("");
  }

  /** Returns the lock names in a value. */
  public static List<String> names(String value) {
    int end = value.indexOf("//");
    return end < 0 ? List.of(value) : List.of(value.substring(0, end), value.substring(end + 1));
  }

  /** Returns the lock names that a process is marked with; empty without a mark. */
  public static List<String> namesOf(long pid) {
    return ProcFs.variable(pid, VARIABLE).map(AgentMark::names).orElse(List.of());
  }
}
