package org.lazaruspit.heartbeat.http;

import org.jspecify.annotations.Nullable;

/**
 * Says in few words why a heartbeat did not get through, so that the same trouble is logged once.
 */
final class Trouble {

  private Trouble() {}

  /** The trouble, null if there is none. */
  static @Nullable String of(BeatResult result) {
    if (result instanceof BeatResult.Refused refused) {
      return refused.problem().status() + " " + refused.problem().title();
    }
    return result instanceof BeatResult.Unreachable unreachable
        ? unreachable.cause().toString()
        : null;
  }
}
