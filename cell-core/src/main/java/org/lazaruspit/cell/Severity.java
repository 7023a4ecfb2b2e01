package org.lazaruspit.cell;

import java.util.Locale;

/** How bad a problem is. Immutable and thread-safe. */
public enum Severity {
  /** The cell breaks a rule: it is not valid. */
  ERROR,
  /** The cell is valid, but a person should look. */
  WARNING;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in files.
   *
   * @return {@code error} or {@code warning}
   */
  public String wireName() {
    return wireName;
  }
}
