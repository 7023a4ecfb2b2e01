package org.lazaruspit.pit.internal.probe;

import java.time.Instant;
import java.util.Optional;

/** What probes say to people, whoever they asked. */
final class ProbeMessages {

  private ProbeMessages() {}

  static String held(Optional<Instant> until) {
    return "silent with many others"
        + until.map(end -> ", which counts from " + end + " on").orElse("");
  }

  static String waiting(String reason, Optional<Instant> until) {
    return "waits for " + reason + until.map(end -> " until " + end).orElse("");
  }
}
