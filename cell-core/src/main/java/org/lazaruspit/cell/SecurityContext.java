package org.lazaruspit.cell;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As whom an agent runs, from {@code security_context}. Immutable and thread-safe.
 *
 * @param user user name or number, or null where the file names none
 * @param group group name or number, or null where the file names none
 * @param capabilities Linux capabilities, upper-case with the prefix {@code CAP_}
 */
public record SecurityContext(
    @Nullable String user, @Nullable String group, List<String> capabilities) {

  /** Nothing said. */
  public static final SecurityContext ABSENT = new SecurityContext(null, null, List.of());

  /**
   * Checks what is given.
   *
   * @param user user name or number, or null where the file names none
   * @param group group name or number, or null where the file names none
   * @param capabilities Linux capabilities, upper-case with the prefix {
   */
  public SecurityContext {
    capabilities = List.copyOf(capabilities);
  }
}
