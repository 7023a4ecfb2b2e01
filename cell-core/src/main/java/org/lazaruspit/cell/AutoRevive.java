package org.lazaruspit.cell;

import java.util.Locale;

/** Whether a dead agent is revived without asking. Immutable and thread-safe. */
public enum AutoRevive {
  /** Revive at once. */
  YES,
  /** Record the death, do nothing. */
  NO,
  /** Wait for a person to approve. */
  ASK;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in files.
   *
   * @return {@code yes}, {@code no} or {@code ask}
   */
  public String wireName() {
    return wireName;
  }
}
