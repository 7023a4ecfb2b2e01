package org.lazaruspit.examples.pit;

import java.time.Instant;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;

/** What the daemon runs. A reload puts another pit in the place of the first. Thread-safe. */
final class Running {

  /** A pit and what it was made from. */
  record Work(PitConfig config, LazarusPit pit) {}

  private final Instant startedAt;
  private final boolean dryRun;
  private volatile Work work;

  Running(Instant startedAt, boolean dryRun, PitConfig config, LazarusPit pit) {
    this.startedAt = startedAt;
    this.dryRun = dryRun;
    this.work = new Work(config, pit);
  }

  /** When the daemon was started: its pit may be younger. */
  Instant startedAt() {
    return startedAt;
  }

  /** Whether it decides and does nothing. */
  boolean dryRun() {
    return dryRun;
  }

  /** The pit of now and its configuration: ask once a request, so that both belong together. */
  Work work() {
    return work;
  }

  /** Another pit, already started, in place of the one that was. */
  void replace(PitConfig config, LazarusPit pit) {
    work = new Work(config, pit);
  }
}
