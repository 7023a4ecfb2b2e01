package org.lazaruspit.examples.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Lease of a pit, and detection of its end by other pits. */
final class LeaseTest {

  private static final Timing TIMING = new Timing(Duration.ofSeconds(12));
  private static final long SECOND = 1_000_000_000L;

  private long nanos = -7 * SECOND;
  private long wall = 1_000_000;
  private final Clocks clocks = new Clocks(() -> nanos, () -> wall);

  private void pass(double seconds) {
    nanos += (long) (seconds * SECOND);
    wall += (long) (seconds * 1000);
  }

  @Test
  void aLeaseLastsForHalfOfTheSessionTimeoutFromTheSendingOfTheLastConfirmedRenewal() {
    Clocks.Moment sent = clocks.now();
    pass(2);
    Lease lease = new Lease("a", clocks, TIMING, sent);
    pass(3.9);
    assertTrue(lease.held());
    Clocks.Moment second = clocks.now();
    pass(0.05);
    lease.confirmed(second);
    pass(5.9);
    assertTrue(lease.held());
    pass(0.1);
    assertFalse(lease.held(), "6 s after the second renewal was sent, half of 12 s");
  }

  @Test
  void anEndedLeaseStaysEndedAfterALateConfirmation() {
    Lease checked = new Lease("a", clocks, TIMING, clocks.now());
    Lease unchecked = new Lease("b", clocks, TIMING, clocks.now());
    Clocks.Moment sent = clocks.now();
    pass(6);
    assertFalse(checked.held());
    checked.confirmed(clocks.now());
    unchecked.confirmed(clocks.now());
    assertFalse(checked.held());
    assertFalse(unchecked.held(), "a lease also ends without a check");
    Lease ended = new Lease("c", clocks, TIMING, clocks.now());
    ended.end();
    ended.confirmed(sent);
    assertFalse(ended.held());
    assertFalse(Lease.ended(clocks, TIMING).held());
  }

  /** The machine was suspended, and its monotonic clock stopped. */
  @Test
  void theWallClockEndsALeaseWhileTheMonotonicClockStops() {
    Lease lease = new Lease("a", clocks, TIMING, clocks.now());
    wall += 5_999;
    assertTrue(lease.held());
    wall += 1;
    assertFalse(lease.held());
  }

  @Test
  void aWallClockThatIsSetBackDoesNotProlongALease() {
    Lease lease = new Lease("a", clocks, TIMING, clocks.now());
    wall -= 3_600_000;
    nanos += 6 * SECOND;
    assertFalse(lease.held());
  }

  @Test
  void aMemberThatIsSilentForTenTicksIsDead() {
    FailureDetector detector = new FailureDetector(TIMING);
    assertEquals(Map.of(), detector.update(Map.of("a", 3, "b", 8), 0));
    assertEquals(Map.of(), detector.update(Map.of("a", 3, "b", 9), 9 * SECOND));
    assertEquals(Map.of("a", 3), detector.update(Map.of("a", 3, "b", 9), 10 * SECOND));
    assertEquals(
        Map.of(), detector.update(Map.of("a", 4, "b", 9), 11 * SECOND), "the member renews again");
    assertEquals(Map.of("b", 9), detector.update(Map.of("b", 9), 20 * SECOND));
    assertEquals(Map.of(), detector.update(Map.of(), 21 * SECOND));
    assertEquals(
        Map.of(), detector.update(Map.of("b", 9), 40 * SECOND), "the member is observed anew");
  }

  /**
   * A pit and a watcher, with lost and delayed messages, pauses of any length, and clocks of which
   * one may run at two thirds of the pace of the other: when the watcher declares the pit dead, the
   * lease of the pit has ended by the pit's own clock, and stays ended.
   */
  @Property(tries = 1_000)
  void aPitWithALeaseIsNeverDeclaredDead(@ForAll long seed) {
    Random random = new Random(seed);
    WatchedPit run = new WatchedPit(random);
    for (int step = 0; step < 200; step++) {
      run.step();
    }
  }

  private static final class WatchedPit {

    private final Random random;
    private final double pitsPace;
    private final double watchersPace;
    private double now = 100;
    private int version;
    private boolean declaredDead;
    private double nextRenewal = 101;
    private double nextObservation = 100.5;
    private final FailureDetector detector = new FailureDetector(TIMING);
    private final Clocks clocks;
    private final Lease lease;

    WatchedPit(Random random) {
      this.random = random;
      pitsPace = 0.82 + 0.36 * random.nextDouble();
      watchersPace = 0.82 + 0.36 * random.nextDouble();
      clocks = new Clocks(() -> (long) (now * pitsPace * SECOND), () -> 0);
      lease = new Lease("a", clocks, TIMING, clocks.now());
    }

    /** Returns a delay: mostly short, in one of six cases as long as after the loss of a server. */
    private double delay() {
      return random.nextInt(6) == 0 ? 20 * random.nextDouble() : 0.2 * random.nextDouble();
    }

    void step() {
      if (nextRenewal <= nextObservation) {
        now = Math.max(now, nextRenewal);
        renew();
        nextRenewal = now + 1 + delay();
      } else {
        now = Math.max(now, nextObservation);
        observe();
        nextObservation = now + 1 + delay();
      }
      if (declaredDead) {
        assertFalse(lease.held(), () -> "at " + now);
      }
    }

    /** Sends a renewal, which arrives later and is confirmed later still or never. */
    private void renew() {
      Clocks.Moment sent = clocks.now();
      advance(delay());
      if (declaredDead) {
        return;
      }
      version++;
      advance(delay());
      if (random.nextInt(5) > 0) {
        lease.confirmed(sent);
      }
    }

    /** Advances the time; the watcher continues meanwhile. */
    private void advance(double time) {
      double until = now + time;
      while (nextObservation < until) {
        now = Math.max(now, nextObservation);
        observe();
        nextObservation = now + 1 + delay();
      }
      now = Math.max(now, until);
    }

    private void observe() {
      if (declaredDead) {
        return;
      }
      Map<String, Integer> dead =
          detector.update(Map.of("a", version), (long) (now * watchersPace * SECOND));
      if (!dead.isEmpty()) {
        declaredDead = true;
        assertFalse(lease.held(), () -> "declared dead with a lease at " + now);
      }
    }
  }
}
