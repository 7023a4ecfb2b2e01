package org.lazaruspit.cell;

import java.util.Locale;

/** What an agent does in its mission. Immutable and thread-safe. */
public enum Role {
  /** Leads the mission: plans, assigns, decides. */
  LEAD,
  /** Produces: writes code, texts, data. */
  WRITE,
  /** Reads and answers, changes nothing. */
  READ,
  /** Checks what others did. */
  AUDIT;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in the agent's file.
   *
   * @return {@code lead}, {@code write}, {@code read} or {@code audit}
   */
  public String wireName() {
    return wireName;
  }
}
