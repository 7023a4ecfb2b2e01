package org.lazaruspit.cell;

import java.util.Locale;

/** Role of an agent in its mission. Immutable and thread-safe. */
public enum Role {
  /** Leads the mission: plans, assigns, decides. */
  LEAD,
  /** Produces: writes code, texts, data. */
  WRITE,
  /** Reads and answers, makes no changes. */
  READ,
  /** Checks the work of other agents. */
  AUDIT;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in files.
   *
   * @return {@code lead}, {@code write}, {@code read} or {@code audit}
   */
  public String wireName() {
    return wireName;
  }
}
