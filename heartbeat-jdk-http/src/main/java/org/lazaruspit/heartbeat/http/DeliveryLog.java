package org.lazaruspit.heartbeat.http;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs failures of the delivery of heartbeats: the first of equal ones, and the recovery. Not
 * thread-safe.
 */
final class DeliveryLog {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatClient.class);

  private final URI url;
  private @Nullable String lastFailure;

  DeliveryLog(URI url) {
    this.url = url;
  }

  void report(BeatResult result) {
    String failure = of(result);
    if (failure != null && !failure.equals(lastFailure)) {
      LOG.warn("heartbeats to {}: delivery failed: {}; retrying", url, failure);
    } else if (failure == null && lastFailure != null) {
      LOG.info("heartbeats to {}: delivery works again", url);
    }
    lastFailure = failure;
  }

  /** Returns a short text of the failure, equal for equal failures; null for success. */
  private static @Nullable String of(BeatResult result) {
    if (result instanceof BeatResult.Refused refused) {
      return refused.problem().status() + " " + refused.problem().title();
    }
    return result instanceof BeatResult.Unreachable unreachable
        ? unreachable.cause().toString()
        : null;
  }
}
