package org.lazaruspit.cell;

import java.io.IOException;

/** Refusal of a checkpoint by an incarnation that was replaced by a newer one. */
public final class StaleIncarnationException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long given;
  private final long current;

  StaleIncarnationException(String agentId, long given, long current) {
    super(
        "agent " + agentId + ": incarnation " + given + " was replaced by incarnation " + current);
    this.given = given;
    this.current = current;
  }

  /**
   * Returns the incarnation that was refused.
   *
   * @return the older incarnation
   */
  public long given() {
    return given;
  }

  /**
   * Returns the incarnation that has taken over.
   *
   * @return the newer incarnation
   */
  public long current() {
    return current;
  }
}
