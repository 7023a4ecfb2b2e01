package org.lazaruspit.examples.pit.control;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;

/** Knows when a pit has looked at its fleet once: what it is asked before that, it cannot say. */
public final class FirstRound implements PitListener {

  private final CountDownLatch ended = new CountDownLatch(1);

  @Override
  public void roundEnded(PitReport report) {
    ended.countDown();
  }

  /** False where it has not ended by then. */
  public boolean await(Duration atMost) throws InterruptedException {
    return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }
}
