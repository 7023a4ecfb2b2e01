package org.lazaruspit.cell;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * User, group and capabilities of an agent's process, from {@code security_context}. Immutable and
 * thread-safe.
 *
 * @param user user name or number, or null if not set
 * @param group group name or number, or null if not set
 * @param capabilities Linux capabilities, upper-case with the prefix {@code CAP_}
 */
public record SecurityContext(
    @Nullable String user, @Nullable String group, List<String> capabilities) {

  /** No user, group or capabilities. */
  public static final SecurityContext ABSENT = new SecurityContext(null, null, List.of());

  /**
   * Validates the components.
   *
   * @param user user name or number, or null if not set
   * @param group group name or number, or null if not set
   * @param capabilities Linux capabilities, upper-case with the prefix {@code CAP_}
   */
  public SecurityContext {
    capabilities = List.copyOf(capabilities);
  }
}
