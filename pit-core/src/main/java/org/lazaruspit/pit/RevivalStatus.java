package org.lazaruspit.pit;

import java.util.Locale;

/** Status of a revival. Immutable and thread-safe. */
public enum RevivalStatus {
  /** Waits for the rules to allow an attempt. */
  PENDING,
  /** Waits for an approval or a denial by an operator. */
  PENDING_APPROVAL,
  /** An attempt is under way. */
  REVIVING,
  /** The agent is started; its health is not proven yet. */
  VERIFYING,
  /** The agent is healthy in its new incarnation. */
  REVIVED,
  /** Every allowed attempt failed. */
  FAILED,
  /** Denied by an operator. */
  DENIED,
  /** Declined by the policy. */
  DECLINED,
  /** No longer needed: the agent is healthy, or its mission ended. */
  SUPERSEDED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /**
   * Returns the name used in the journal and in JSON.
   *
   * @return the constant's name in lower case
   */
  public String wireName() {
    return wireName;
  }

  /**
   * Returns whether the revival is open.
   *
   * @return false after the end of the revival, with any result
   */
  public boolean open() {
    return switch (this) {
      case PENDING, PENDING_APPROVAL, REVIVING, VERIFYING -> true;
      case REVIVED, FAILED, DENIED, DECLINED, SUPERSEDED -> false;
    };
  }

  /**
   * Returns whether an attempt is under way, or was when the pit ended.
   *
   * @return true for {@link #REVIVING} and {@link #VERIFYING}
   */
  public boolean underWay() {
    return this == REVIVING || this == VERIFYING;
  }
}
