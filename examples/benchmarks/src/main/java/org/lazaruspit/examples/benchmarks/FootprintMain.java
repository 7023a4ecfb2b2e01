package org.lazaruspit.examples.benchmarks;

import java.lang.ref.Reference;
import java.util.List;

/**
 * Measures the bytes per agent, without the id: {@code java -Xmx8g -cp benchmarks.jar
 * ...FootprintMain [agents]}.
 */
public final class FootprintMain {
  private FootprintMain() {}

  /**
   * Measures each store in turn.
   *
   * @param args the number of agents, 1,000,000 by default
   */
  public static void main(String[] args) throws InterruptedException {
    int agents = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    double idBytes = idBytes(agents);
    System.out.printf("%-16s %7.1f bytes per agent, not included below%n", "its id", idBytes);
    for (String name :
        List.of(
            "map-put", "map-cell", "registry-idle", "caffeine", "pekko-deadline", "pekko-phi")) {
      long before = used();
      HeartbeatStore store = HeartbeatStore.of(name, agents);
      for (String id : Ids.shuffled(agents, 1)) { // the store keeps the ids that it needs
        store.heartbeat(id);
      }
      double bytes = (used() - before) / (double) agents - idBytes;
      try {
        System.out.printf("%-16s %7.1f bytes per agent%n", name, bytes);
      } finally {
        Reference.reachabilityFence(store);
      }
    }
  }

  /** Measures the ids alone, without references to them. */
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
