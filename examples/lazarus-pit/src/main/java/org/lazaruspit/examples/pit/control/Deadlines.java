package org.lazaruspit.examples.pit.control;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Gives each part of an exchange a deadline, and interrupts the thread of one that has passed it,
 * which closes its connection: the JDK's server has no deadlines of its own. What is done between
 * reading and answering is never interrupted, since that would tear a journal that is being
 * written.
 */
public final class Deadlines implements AutoCloseable {

  /** How long a client may take to send a head, to send a body, and to take an answer. */
  record Limits(Duration head, Duration body, Duration answer) {
    static final Limits DEFAULT =
        new Limits(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));
  }

  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final ThreadLocal<@Nullable Exchange> CURRENT = new ThreadLocal<>();

  private final Limits limits;
  private final ScheduledThreadPoolExecutor timer;
  private final Set<Exchange> running = ConcurrentHashMap.newKeySet();

  Deadlines(Limits limits) {
    this.limits = limits;
    this.timer = new ScheduledThreadPoolExecutor(1, ControlServer.daemons("control-deadlines"));
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Runs an exchange on this thread: from here on it is reading the head of a request. */
  void run(Runnable work) {
    Exchange exchange = new Exchange(Thread.currentThread());
    running.add(exchange);
    CURRENT.set(exchange);
    try {
      exchange.begins(limits.head(), true);
      work.run();
    } finally {
      CURRENT.remove();
      running.remove(exchange);
      exchange.end();
    }
  }

  /** The exchange of this thread begins to read its body. */
  static void readingBody() {
    begins(limits -> limits.body(), true);
  }

  /** The exchange of this thread has read all that it needs, and does what was asked. */
  public static void working() {
    begins(limits -> null, false);
  }

  /** The exchange of this thread begins to answer, or the next part of an endless answer. */
  public static void answering() {
    begins(limits -> limits.answer(), false);
  }

  /** The exchange of this thread waits for something to say: it may do so until the server ends. */
  public static void resting() {
    begins(limits -> null, true);
  }

  /** Which limit holds now. */
  private interface Part {
    @Nullable Duration of(Limits limits);
  }

  private static void begins(Part part, boolean endsWithServer) {
    Exchange exchange = CURRENT.get();
    if (exchange != null) {
      exchange.begins(part.of(exchange.limits()), endsWithServer);
    }
  }

  /** Ends what reads or rests, and gives what works or answers two seconds. */
  @Override
  public void close() {
    running.forEach(Exchange::interruptIfIdle);
    long start = System.nanoTime();
    while (!running.isEmpty() && System.nanoTime() - start < DRAIN_NANOS) {
      LockSupport.parkNanos(1_000_000);
    }
    timer.shutdownNow();
  }

  /** One exchange, and what it is at. */
  private final class Exchange {
    private final Thread thread;
    private @Nullable Future<?> alarm;
    private int part;
    private boolean endsWithServer;
    private boolean interrupted;
    private boolean ended;

    Exchange(Thread thread) {
      this.thread = thread;
    }

    Limits limits() {
      return limits;
    }

    /** What came just too late to end the part before is taken back: it would hit this one. */
    synchronized void begins(@Nullable Duration limit, boolean withServer) {
      cancel();
      if (interrupted && !withServer) {
        interrupted = false;
        Thread.interrupted();
      }
      endsWithServer = withServer;
      int began = ++part;
      if (limit != null && !timer.isShutdown()) {
        alarm = timer.schedule(() -> late(began), limit.toNanos(), TimeUnit.NANOSECONDS);
      }
    }

    private synchronized void late(int began) {
      if (part == began) {
        interrupt();
      }
    }

    synchronized void interruptIfIdle() {
      if (endsWithServer) {
        interrupt();
      }
    }

    private void interrupt() {
      if (!ended && !interrupted) {
        interrupted = true;
        thread.interrupt();
      }
    }

    private void cancel() {
      if (alarm != null) {
        alarm.cancel(false);
        alarm = null;
      }
    }

    /** Nothing interrupts this thread on our behalf afterwards, and it is left as it was found. */
    synchronized void end() {
      ended = true;
      cancel();
      if (interrupted) {
        Thread.interrupted();
      }
    }
  }
}
