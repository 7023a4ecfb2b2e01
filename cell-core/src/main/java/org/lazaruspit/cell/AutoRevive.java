package org.lazaruspit.cell;

import java.util.Locale;

/** Whether a dead agent is revived automatically. Immutable and thread-safe. */
public enum AutoRevive {
  /** Revive at once. */
  YES,
  /** Record the death only. */
  NO,
  /** Wait for an operator's approval. */
  ASK;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in files.
   *
   * @return {@code yes}, {@code no} or {@code ask}
   */
  public String wireName() {
    return wireName;
  }
}
