package org.lazaruspit.pit.internal.isolation;

/**
 * What becomes of one field of a cell's isolation.
 *
 * @param field its name, as in {@code config/isolation.json}
 * @param outcome what becomes of it
 * @param detail why, for people
 */
record IsolationFinding(String field, Outcome outcome, String detail) {

  enum Outcome {
    /** The agent runs under it. */
    ENFORCED,
    /** The agent is not started. */
    REFUSED,
    /** The agent runs without it, and the log says so. */
    NOT_ENFORCED
  }

  @Override
  public String toString() {
    return field + ": " + detail;
  }
}
