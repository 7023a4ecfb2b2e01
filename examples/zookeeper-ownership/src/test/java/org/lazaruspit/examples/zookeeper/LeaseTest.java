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

/** The two sides of a life: who lives it, and who waits for its end. */
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
  void itLastsForHalfOfTheSessionFromTheSendingOfWhatWasConfirmed() {
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
    assertFalse(lease.held(), "12 s of session, 6 s after the second was sent");
  }

  @Test
  void onceOverItIsOverWhateverIsConfirmedLater() {
    Lease asked = new Lease("a", clocks, TIMING, clocks.now());
    Lease notAsked = new Lease("b", clocks, TIMING, clocks.now());
    Clocks.Moment sent = clocks.now();
    pass(6);
    assertFalse(asked.held());
    asked.confirmed(clocks.now());
    notAsked.confirmed(clocks.now());
    assertFalse(asked.held());
    assertFalse(notAsked.held(), "what nobody has asked is over too");
    Lease ended = new Lease("c", clocks, TIMING, clocks.now());
    ended.end();
    ended.confirmed(sent);
    assertFalse(ended.held());
    assertFalse(Lease.none(clocks, TIMING).held());
  }

  /** A machine that was suspended, whose monotonic clock stood still. */
  @Test
  void theWallClockBearsWitnessOfTimeThatTheOtherHasNotSeen() {
    Lease lease = new Lease("a", clocks, TIMING, clocks.now());
    wall += 5_999;
    assertTrue(lease.held());
    wall += 1;
    assertFalse(lease.held());
  }

  @Test
  void aWallClockThatIsSetBackDoesNotProlongIt() {
    Lease lease = new Lease("a", clocks, TIMING, clocks.now());
    wall -= 3_600_000;
    nanos += 6 * SECOND;
    assertFalse(lease.held());
  }

  @Test
  void whoIsSilentForTenTicksIsDeadAndNobodyElse() {
    Silence silence = new Silence(TIMING);
    assertEquals(Map.of(), silence.look(Map.of("a", 3, "b", 8), 0));
    assertEquals(Map.of(), silence.look(Map.of("a", 3, "b", 9), 9 * SECOND));
    assertEquals(Map.of("a", 3), silence.look(Map.of("a", 3, "b", 9), 10 * SECOND));
    assertEquals(Map.of(), silence.look(Map.of("a", 4, "b", 9), 11 * SECOND), "it lives after all");
    assertEquals(Map.of("b", 9), silence.look(Map.of("b", 9), 20 * SECOND));
    assertEquals(Map.of(), silence.look(Map.of(), 21 * SECOND));
    assertEquals(Map.of(), silence.look(Map.of("b", 9), 40 * SECOND), "it is seen anew");
  }

  /**
   * A pit and whoever watches it, with messages that take any time or are lost, pauses of any
   * length, and clocks of which one may run at two thirds of the other's pace: when the watcher
   * buries the pit, the pit's life is over by its own clock, and stays over.
   */
  @Property(tries = 1_000)
  void nobodyIsBuriedWhoMayStillAct(@ForAll long seed) {
    Random random = new Random(seed);
    Watched run = new Watched(random);
    for (int step = 0; step < 200; step++) {
      run.step();
    }
  }

  private static final class Watched {

    private final Random random;
    private final double pitsPace;
    private final double watchersPace;
    private double now = 100;
    private int version;
    private boolean buried;
    private double nextBeat = 101;
    private double nextLook = 100.5;
    private final Silence silence = new Silence(TIMING);
    private final Clocks clocks;
    private final Lease lease;

    Watched(Random random) {
      this.random = random;
      pitsPace = 0.82 + 0.36 * random.nextDouble();
      watchersPace = 0.82 + 0.36 * random.nextDouble();
      clocks = new Clocks(() -> (long) (now * pitsPace * SECOND), () -> 0);
      lease = new Lease("a", clocks, TIMING, clocks.now());
    }

    /** Mostly soon, now and then as late as a lost server or a stopped process makes it. */
    private double delay() {
      return random.nextInt(6) == 0 ? 20 * random.nextDouble() : 0.2 * random.nextDouble();
    }

    void step() {
      if (nextBeat <= nextLook) {
        now = Math.max(now, nextBeat);
        beat();
        nextBeat = now + 1 + delay();
      } else {
        now = Math.max(now, nextLook);
        look();
        nextLook = now + 1 + delay();
      }
      if (buried) {
        assertFalse(lease.held(), () -> "at " + now);
      }
    }

    /** Sent now, done at the ensemble later, confirmed still later, if at all. */
    private void beat() {
      Clocks.Moment sent = clocks.now();
      advance(delay());
      if (buried) {
        return;
      }
      version++;
      advance(delay());
      if (random.nextInt(5) > 0) {
        lease.confirmed(sent);
      }
    }

    /** While a message is on its way the watcher goes on. */
    private void advance(double time) {
      double until = now + time;
      while (nextLook < until) {
        now = Math.max(now, nextLook);
        look();
        nextLook = now + 1 + delay();
      }
      now = Math.max(now, until);
    }

    private void look() {
      if (buried) {
        return;
      }
      Map<String, Integer> dead =
          silence.look(Map.of("a", version), (long) (now * watchersPace * SECOND));
      if (!dead.isEmpty()) {
        buried = true;
        assertFalse(lease.held(), () -> "buried alive at " + now);
      }
    }
  }
}
