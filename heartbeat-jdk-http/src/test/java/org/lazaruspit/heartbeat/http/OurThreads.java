package org.lazaruspit.heartbeat.http;

import java.util.List;

/** Threads of servers and clients of this module, and of the JDK's server. */
final class OurThreads {

  private OurThreads() {}

  /** Returns the threads still alive after a wait for their end. */
  static List<String> alive() {
    return alive("lazarus-.*|HTTP-Dispatcher");
  }

  /** Returns the threads of matching names still alive after a wait for their end. */
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
