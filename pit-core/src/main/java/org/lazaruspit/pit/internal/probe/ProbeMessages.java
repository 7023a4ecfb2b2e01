package org.lazaruspit.pit.internal.probe;

import java.time.Instant;
import java.util.Optional;

/** Messages that all probes share. */
final class ProbeMessages {

  private ProbeMessages() {}

  static String held(Optional<Instant> until) {
    return "silent with many other agents"
        + until.map(end -> "; counts from " + end + " on").orElse("");
  }

  static String waiting(String reason, Optional<Instant> until) {
    return "waits for " + reason + until.map(end -> " until " + end).orElse("");
  }
}
