package org.lazaruspit.pit.internal.revival;

/** Thrown if an attempt fails; the message is the journal's detail. */
sealed class AttemptFailedException extends Exception permits AgentHeldException {
  private static final long serialVersionUID = 1L;

  private final long knownIncarnation;

  AttemptFailedException(String message) {
    this(message, 0);
  }

  /** Creates one with an incarnation found in use: the next attempt uses a higher number. */
  AttemptFailedException(String message, long knownIncarnation) {
    super(message);
    this.knownIncarnation = knownIncarnation;
  }

  /** Returns the incarnation found in use; 0 if the journal has the highest. */
  long knownIncarnation() {
    return knownIncarnation;
  }
}
