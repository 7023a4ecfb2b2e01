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
 * Does once what every death needs, for nobody: a JVM is slow at what it does for the first time,
 * and the first death should not have to wait for that. Touches no agent. Thread-safe.
 */
final class WarmUp {

  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  /** By then the compiler has taken note. */
  private static final int LOOKS = 30;

  private static final CommandRunner RUNNER = new CommandRunner(Duration.ofSeconds(5), 200);

  private final FlockHelper desk;
  private final SharedProcessScans scans;
  private final PreforkPool ready;
  private final AtomicBoolean begun = new AtomicBoolean();

  WarmUp(FlockHelper desk, SharedProcessScans scans, PreforkPool ready) {
    this.desk = desk;
    this.scans = scans;
    this.ready = ready;
  }

  /** Begins it, where that has not happened yet. */
  void begin(Executor executor) {
    if (begun.compareAndSet(false, true)) {
      try {
        executor.execute(this::run);
      } catch (RejectedExecutionException e) {
        log.debug("not warmed up, the pit closes");
      }
    }
  }

  private void run() {
    try {
      desk.isFree(List.of()).join();
      RUNNER.run(List.of("setsid", "true"), Map.of());
      for (int i = 0; i < LOOKS; i++) {
        scans.look();
      }
      ready.fill();
    } catch (IOException | RuntimeException e) {
      log.debug("not warmed up, the first death takes longer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
