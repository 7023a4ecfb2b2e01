package org.lazaruspit.examples.benchmarks;

import java.lang.ref.Reference;
import java.util.List;

/**
 * How many bytes an agent takes, its id not counted: {@code java -Xmx8g -cp benchmarks.jar
 * ...FootprintMain [agents]}.
 */
public final class FootprintMain {
  private FootprintMain() {}

  /**
   * Measures each keeper in turn.
   *
   * @param args the number of agents, 1,000,000 unless given
   */
  public static void main(String[] args) throws InterruptedException {
    int agents = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    double idBytes = idBytes(agents);
    System.out.printf("%-16s %7.1f bytes an agent, not counted below%n", "its id", idBytes);
    for (String name :
        List.of(
            "map-put", "map-cell", "registry-idle", "caffeine", "pekko-deadline", "pekko-phi")) {
      long before = used();
      Keeper keeper = Keeper.of(name, agents);
      for (String id : Ids.shuffled(agents, 1)) { // who needs it keeps it
        keeper.beat(id);
      }
      double bytes = (used() - before) / (double) agents - idBytes;
      try {
        System.out.printf("%-16s %7.1f bytes an agent%n", name, bytes);
      } finally {
        Reference.reachabilityFence(keeper);
      }
    }
  }

  /** The texts alone, without what refers to them. */
  private static double idBytes(int agents) throws InterruptedException {
    long before = used();
    String[] ids = Ids.shuffled(agents, 1);
    try {
      return (used() - before - 4.0 * agents) / agents;
    } finally {
      Reference.reachabilityFence(ids);
    }
  }

  private static long used() throws InterruptedException {
    for (int i = 0; i < 4; i++) {
      System.gc();
      Thread.sleep(100);
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
