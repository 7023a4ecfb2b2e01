package org.lazaruspit.pit.internal.revival;

/** An attempt to revive came to its end without success; the message is the journal's detail. */
final class AttemptFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final long knownIncarnation;

  AttemptFailedException(String message) {
    this(message, 0);
  }

  /** With the incarnation that turned out to be in use: the next attempt has to go beyond it. */
  AttemptFailedException(String message, long knownIncarnation) {
    super(message);
    this.knownIncarnation = knownIncarnation;
  }

  /** The highest incarnation that somebody else knows of; 0 where nobody does. */
  long knownIncarnation() {
    return knownIncarnation;
  }
}
