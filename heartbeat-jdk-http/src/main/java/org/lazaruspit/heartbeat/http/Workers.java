package org.lazaruspit.heartbeat.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs exchanges: so many at a time, the rest in the order of their arrival. Handing one over never
 * blocks, since the caller is the thread that serves all connections.
 */
final class Workers implements Executor {

  private final Executor threads;
  private final Semaphore places;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingCount = new AtomicInteger();
  private final int maxWaiting;

  Workers(Executor threads, int places, int maxWaiting) {
    this.threads = threads;
    this.places = new Semaphore(places);
    this.maxWaiting = maxWaiting;
  }

  /**
   * Runs the work when there is a place for it.
   *
   * @throws RejectedExecutionException if too much is waiting; the JDK's server then closes the
   *     connection
   */
  @Override
  public void execute(Runnable work) {
    if (waitingCount.incrementAndGet() > maxWaiting) {
      waitingCount.decrementAndGet();
      throw new RejectedExecutionException("more than " + maxWaiting + " requests wait");
    }
    waiting.add(work);
    startOne();
  }

  /** Whether there is more to do than places to do it. */
  boolean othersWait() {
    return waitingCount.get() > 0 && places.availablePermits() == 0;
  }

  private void startOne() {
    if (places.tryAcquire()) {
      boolean started = false;
      try {
        threads.execute(this::work);
        started = true;
      } finally {
        if (!started) {
          places.release();
        }
      }
    }
  }

  private void work() {
    try {
      for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
        waitingCount.decrementAndGet();
        next.run();
      }
    } finally {
      places.release();
      // What arrived between the last look at the queue and the release found no place: serve it.
      if (!waiting.isEmpty()) {
        startOne();
      }
    }
  }

  /** One virtual thread a task where the JVM has them, else pooled daemon threads. */
  static ExecutorService threads(String name) {
    return hasVirtualThreads()
        ? virtualThreads(name)
        : Executors.newCachedThreadPool(daemons(name));
  }

  /** Whether the JVM can have as many threads as it likes. */
  static boolean hasVirtualThreads() {
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
}
