package org.lazaruspit.heartbeat.http;

import java.util.List;

/**
 * The threads that servers and clients of this module have started, and the JDK's server for them.
 */
final class OurThreads {

  private OurThreads() {}

  /** Those that are still alive a while after they should have ended. */
  static List<String> alive() {
    return alive("lazarus-.*|HTTP-Dispatcher");
  }

  /** Those of a name like this that are still alive a while after they should have ended. */
  static List<String> alive(String name) {
    List<Thread> threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().matches(name))
            .toList();
    for (Thread thread : threads) {
      try {
        thread.join(5_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return threads.stream().filter(Thread::isAlive).map(Thread::getName).toList();
  }
}
