package org.lazaruspit.cell;

import java.util.Locale;

/** Who lets a task be handed over. Immutable and thread-safe. */
public enum HandoffApproval {
  /** Nobody is asked. */
  AUTO,
  /** A person approves each hand-over. */
  MANUAL;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in files.
   *
   * @return {@code auto} or {@code manual}
   */
  public String wireName() {
    return wireName;
  }
}
