package org.lazaruspit.pit;

/** An attempt to revive came to its end without success; the message is the journal's detail. */
final class AttemptFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  AttemptFailedException(String message) {
    super(message);
  }
}
