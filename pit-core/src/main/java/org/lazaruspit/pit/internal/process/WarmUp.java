package org.lazaruspit.pit.internal.process;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lazaruspit.pit.internal.os.CommandRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the code of a revival once without an agent, so that the first revival does not pay for
 * class loading and compilation. Thread-safe.
 */
final class WarmUp {

  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  /** Enough for the just-in-time compiler. */
  private static final int SCANS = 30;

  private static final CommandRunner RUNNER = new CommandRunner(Duration.ofSeconds(5), 200);

  private final FlockHelper flockHelper;
  private final SharedProcessScans scans;
  private final KeeperTemplate keepers;
  private final AtomicBoolean started = new AtomicBoolean();

  WarmUp(FlockHelper flockHelper, SharedProcessScans scans, KeeperTemplate keepers) {
    this.flockHelper = flockHelper;
    this.scans = scans;
    this.keepers = keepers;
  }

  /** Starts the warm-up at the first call. */
  void start(Executor executor) {
    if (started.compareAndSet(false, true)) {
      try {
        executor.execute(this::run);
      } catch (RejectedExecutionException e) {
        log.debug("warm-up skipped: the reviver is closed");
      }
    }
  }

  private void run() {
    try {
      flockHelper.isFree(List.of()).join();
      RUNNER.run(List.of("setsid", "true"), Map.of());
      for (int i = 0; i < SCANS; i++) {
        scans.awaitNext();
      }
      keepers.warmUp();
    } catch (IOException | RuntimeException e) {
      log.debug("warm-up failed; the first revival takes longer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
