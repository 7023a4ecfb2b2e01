package org.lazaruspit.cell;

import java.util.Locale;

/** Severity of a problem. Immutable and thread-safe. */
public enum Severity {
  /** The cell breaks a rule and is invalid. */
  ERROR,
  /** The cell is valid; an operator should check it. */
  WARNING;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in files.
   *
   * @return {@code error} or {@code warning}
   */
  public String wireName() {
    return wireName;
  }
}
