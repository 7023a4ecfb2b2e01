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

/** Makes the threads that may have to wait for clients. */
final class Threads {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatServer.class);

  private Threads() {}

  /** One virtual thread a task where the JVM has them, else pooled daemon threads. */
  static ExecutorService named(String name) {
    return areVirtual() ? virtualThreads(name) : Executors.newCachedThreadPool(daemons(name));
  }

  /** Whether the JVM can have as many threads as it likes. */
  static boolean areVirtual() {
    return Runtime.version().feature() >= 21;
  }

  private static ThreadFactory daemons(String name) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** By method handle, since this is compiled for Java 17, which has no such thing. */
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
      throw new IllegalStateException("this JVM should have virtual threads", e);
    }
  }

  /** Ends them by interruption. */
  static void end(ExecutorService threads) {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.warn("a request could not be ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
