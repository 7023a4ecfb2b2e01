package org.lazaruspit.pit;

import java.util.Locale;

/** Where a revival stands. Immutable and thread-safe. */
public enum RevivalStatus {
  /** Will be attempted as soon as the rules allow. */
  PENDING,
  /** Waits for a person's word. */
  PENDING_APPROVAL,
  /** An attempt is under way. */
  REVIVING,
  /** The agent is started; its health is still to be proven. */
  VERIFYING,
  /** The agent is healthy in its new incarnation. */
  REVIVED,
  /** Every attempt that was allowed has failed. */
  FAILED,
  /** A person said no. */
  DENIED,
  /** The policy says no. */
  DECLINED,
  /** No longer needed: the agent came back, or its mission ended. */
  SUPERSEDED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * The name used in the journal and in JSON.
   *
   * @return the constant's name in lower case
   */
  public String wireName() {
    return wireName;
  }

  /**
   * Whether something is still to come.
   *
   * @return false once the revival has ended, however it did
   */
  public boolean open() {
    return switch (this) {
      case PENDING, PENDING_APPROVAL, REVIVING, VERIFYING -> true;
      case REVIVED, FAILED, DENIED, DECLINED, SUPERSEDED -> false;
    };
  }

  /** Whether somebody works on it right now, or did when the pit ended. */
  public boolean underWay() {
    return this == REVIVING || this == VERIFYING;
  }
}
