package org.lazaruspit.pit.internal.isolation;

/**
 * Outcome for one field of a cell's isolation.
 *
 * @param field the name, as in {@code config/isolation.json}
 * @param outcome the outcome
 * @param detail the reason, for reports
 */
record IsolationFinding(String field, Outcome outcome, String detail) {

  enum Outcome {
    /** The agent runs with it. */
    ENFORCED,
    /** The agent is not started. */
    REFUSED,
    /** The agent runs without it, and the log reports that. */
    NOT_ENFORCED
  }

  @Override
  public String toString() {
    return field + ": " + detail;
  }
}
