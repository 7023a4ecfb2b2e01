package org.lazaruspit.cell;

import java.util.Locale;

/** Whether a hand-over needs approval. Immutable and thread-safe. */
public enum HandoffApproval {
  /** No approval needed. */
  AUTO,
  /** An operator approves each hand-over. */
  MANUAL;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in files.
   *
   * @return {@code auto} or {@code manual}
   */
  public String wireName() {
    return wireName;
  }
}
