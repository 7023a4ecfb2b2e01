package org.lazaruspit.cell;

import java.io.IOException;

/** An agent that has been replaced by a newer incarnation tried to save a checkpoint. */
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
   * The incarnation that was refused.
   *
   * @return the older one
   */
  public long given() {
    return given;
  }

  /**
   * The incarnation that has taken over.
   *
   * @return the newer one
   */
  public long current() {
    return current;
  }
}
