package org.lazaruspit.pit.internal.revival;

/** Thrown if an attempt shows that no further one helps; the message is the reason of the hold. */
final class AgentHeldException extends AttemptFailedException {
  private static final long serialVersionUID = 1L;

  AgentHeldException(String reason) {
    super(reason);
  }
}
