package org.lazaruspit.examples.pit.control;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;

/** Signals the end of the first round of a pit; reports are empty before. */
public final class FirstRound implements PitListener {

  private final CountDownLatch ended = new CountDownLatch(1);

  @Override
  public void roundEnded(PitReport report) {
    ended.countDown();
  }

  /** Waits for the end of the first round; returns false if the time is over before. */
  public boolean await(Duration atMost) throws InterruptedException {
    return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }
}
