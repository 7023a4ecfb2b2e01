package org.lazaruspit.heartbeat.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the threads that serve clients. */
final class Threads {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatServer.class);

  private Threads() {}

  /**
   * Returns an executor with a virtual thread per task if the JVM has them, else with pooled daemon
   * threads.
   */
  static ExecutorService named(String name) {
    return areVirtual() ? virtualThreads(name) : Executors.newCachedThreadPool(daemons(name));
  }

  /** Returns whether the JVM has virtual threads. */
  static boolean areVirtual() {
    return Runtime.version().feature() >= 21;
  }

  private static ThreadFactory daemons(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Uses method handles, since the code is compiled for Java 17, which has no virtual threads. */
  private static ExecutorService virtualThreads(String name) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> virtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object threads =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtual)).invoke();
      Object named =
          lookup
              .findVirtual(
                  builder, "name", MethodType.methodType(builder, String.class, long.class))
              .invoke(threads, name + "-", 1L);
      ThreadFactory factory =
          (ThreadFactory)
              lookup
                  .findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class))
                  .invoke(named);
      return (ExecutorService)
          lookup
              .findStatic(
                  Executors.class,
                  "newThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class, ThreadFactory.class))
              .invoke(factory);
    } catch (Throwable e) {
      throw new IllegalStateException("virtual threads of this JVM are not usable", e);
    }
  }

  /** Stops the threads by interruption. */
  static void stop(ExecutorService threads) {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.warn("HTTP server: a request still runs 2 s after the stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
