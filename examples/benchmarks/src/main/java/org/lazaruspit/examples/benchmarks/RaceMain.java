package org.lazaruspit.examples.benchmarks;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.lazaruspit.heartbeat.ExpiryRace;
import org.lazaruspit.heartbeat.HistoryCheck;

/**
 * Runs the build's checks of concurrent operations on one agent for a longer time: {@code java -cp
 * benchmarks.jar ...RaceMain [minutes] [seed]}. Exits with 1 if a history is not linearizable, or a
 * heartbeat was lost.
 */
public final class RaceMain {
  private static final int RACES = 10_000;

  private RaceMain() {}

  /**
   * Runs the checks.
   *
   * @param args minutes, 10 by default; seed of a run to repeat
   */
  public static void main(String[] args) throws InterruptedException, ExecutionException {
    double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 10;
    long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
    System.out.printf("%.1f minutes with seed %d%n", minutes, seed);
    long end = System.nanoTime() + (long) (minutes * TimeUnit.MINUTES.toNanos(1));
    long histories = 0;
    long races = 0;
    try (HistoryCheck check = new HistoryCheck(seed)) {
      while (System.nanoTime() < end) {
        for (int i = 0; i < 5; i++) {
          histories += check.checkEach(2);
        }
        histories += check.checkEach(3);
        races += new ExpiryRace(seed + races).run(RACES);
      }
    } catch (AssertionError e) {
      System.out.printf("Violation with seed %d: %s%n", seed, e.getMessage());
      System.exit(1);
    }
    System.out.printf(
        "%,d histories are linearizable, %,d heartbeats that raced an expiry were not lost%n",
        histories, races);
  }
}
