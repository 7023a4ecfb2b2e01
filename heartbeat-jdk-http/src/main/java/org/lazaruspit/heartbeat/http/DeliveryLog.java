package org.lazaruspit.heartbeat.http;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs once that heartbeats don't get through, and once that they do again. For one thread. */
final class DeliveryLog {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatClient.class);

  private final URI url;
  private @Nullable String known;

  DeliveryLog(URI url) {
    this.url = url;
  }

  void report(BeatResult result) {
    String now = of(result);
    if (now != null && !now.equals(known)) {
      LOG.warn("heartbeats to {} don't get through: {}", url, now);
    } else if (now == null && known != null) {
      LOG.info("heartbeats to {} get through again", url);
    }
    known = now;
  }

  /** The trouble in few words, so that the same one is known again; null if there is none. */
  private static @Nullable String of(BeatResult result) {
    if (result instanceof BeatResult.Refused refused) {
      return refused.problem().status() + " " + refused.problem().title();
    }
    return result instanceof BeatResult.Unreachable unreachable
        ? unreachable.cause().toString()
        : null;
  }
}
