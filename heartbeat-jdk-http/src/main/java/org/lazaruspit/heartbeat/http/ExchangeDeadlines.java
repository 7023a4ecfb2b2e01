package org.lazaruspit.heartbeat.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives each part of an HTTP exchange a deadline, and interrupts the thread of a late exchange,
 * which closes its connection: a blocking read or write of a {@code SocketChannel} ends no other
 * way, and the JDK's server has no deadlines of its own.
 *
 * <pre>{@code
 * deadlines.start("http-deadlines", () -> false);
 * server.setExecutor(exchange -> threads.execute(() -> deadlines.run(exchange)));
 * }</pre>
 *
 * <p>An exchange starts with the head of its request. Its handler reports the further parts by
 * {@link #readingBody()}, {@link #working()}, {@link #answering()} and {@link #resting()}; outside
 * of {@link #run} these do nothing. Lateness is noticed within 200 milliseconds.
 *
 * <p>Thread-safe.
 */
public final class ExchangeDeadlines implements AutoCloseable {

  /** Part of its limit that an exchange may take while others wait for a place. */
  private static final int HURRY = 10;

  private static final long CHECK_INTERVAL_NANOS = 100_000_000;
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final ThreadLocal<@Nullable Exchange> CURRENT = new ThreadLocal<>();

  private final Set<Exchange> running = ConcurrentHashMap.newKeySet();
  private final Limits limits;
  private final LongSupplier nanoTime;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable Thread watch;

  private volatile boolean closed;

  /**
   * Time limits of the parts of an exchange.
   *
   * @param head for the request line and the headers; more than zero
   * @param body for the body of the request; more than zero
   * @param answer for the answer, or for one piece of an endless answer; more than zero
   */
  public record Limits(Duration head, Duration body, Duration answer) {

    /**
     * Checks the limits.
     *
     * @param head for the request line and the headers
     * @param body for the body of the request
     * @param answer for the answer
     * @throws IllegalArgumentException if a limit is not more than zero
     */
    public Limits {
      positive("head", head);
      positive("body", body);
      positive("answer", answer);
    }

    private static void positive(String name, Duration limit) {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException(name + ": " + limit + " is not more than zero");
      }
    }
  }

  private enum Part {
    HEAD,
    BODY,
    WORK,
    ANSWER,
    REST;

    /** Returns whether the exchange waits for its client or for news, and so changes nothing. */
    boolean isIdle() {
      return this == HEAD || this == BODY || this == REST;
    }
  }

  /**
   * Creates deadlines without a watch.
   *
   * @param limits the limits of each exchange
   */
  public ExchangeDeadlines(Limits limits) {
    this(limits, System::nanoTime);
  }

  ExchangeDeadlines(Limits limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /**
   * Starts the watch, a daemon thread that interrupts late exchanges. Does nothing if the watch
   * runs, or after {@link #close()}.
   *
   * @param name the name of the thread
   * @param othersWait whether requests wait for a place: exchanges then have a tenth of their
   *     limits; called on the watch
   */
  public void start(String name, BooleanSupplier othersWait) {
    synchronized (lock) {
      if (watch == null && !closed) {
        watch =
            new Thread(
                () -> {
                  while (!closed) {
                    check(othersWait);
                    LockSupport.parkNanos(this, CHECK_INTERVAL_NANOS);
                  }
                },
                name);
        watch.setDaemon(true);
        watch.start();
      }
    }
  }

  /**
   * Runs an exchange on this thread, from the head of its request. Leaves no interruption of its
   * own behind.
   *
   * @param work the whole exchange
   */
  public void run(Runnable work) {
    Exchange exchange = new Exchange();
    running.add(exchange);
    CURRENT.set(exchange);
    try {
      work.run();
    } finally {
      CURRENT.remove();
      running.remove(exchange);
      exchange.end();
    }
  }

  /** Starts the body's limit for the exchange of this thread. */
  public static void readingBody() {
    begin(Part.BODY);
  }

  /**
   * Suspends the limits for the exchange of this thread, until its next part: the request is read,
   * and from here on neither lateness nor the end of the server interrupts the exchange.
   */
  public static void working() {
    begin(Part.WORK);
  }

  /** Starts the answer's limit for the exchange of this thread: for all of it, or one piece. */
  public static void answering() {
    begin(Part.ANSWER);
  }

  /**
   * Suspends the limits for the exchange of this thread, which waits for something to send: only
   * the end of the server interrupts the exchange.
   */
  public static void resting() {
    begin(Part.REST);
  }

  private static void begin(Part part) {
    Exchange exchange = CURRENT.get();
    if (exchange != null) {
      exchange.begin(part);
    }
  }

  /** Interrupts late exchanges. */
  void check(BooleanSupplier othersWait) {
    if (!running.isEmpty()) {
      long now = nanoTime.getAsLong();
      boolean hurry = othersWait.getAsBoolean();
      for (Exchange exchange : running) {
        exchange.interruptIfLate(now, hurry);
      }
    }
  }

  /**
   * Interrupts exchanges that read their request or rest, and waits until the others have ended,
   * for at most two seconds.
   */
  public void drain() {
    running.forEach(Exchange::interruptIfIdle);
    long start = System.nanoTime();
    while (!running.isEmpty() && System.nanoTime() - start < DRAIN_NANOS) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Returns the number of exchanges under way. */
  int running() {
    return running.size();
  }

  /** Ends the watch, and interrupts all exchanges except those that work. */
  @Override
  public void close() {
    closed = true;
    running.forEach(Exchange::interruptUnlessWorking);
    synchronized (lock) {
      if (watch != null) {
        LockSupport.unpark(watch);
      }
    }
  }

  /**
   * State of one exchange. Only the watch reads the clock, so that beginning a part stays cheap: an
   * exchange gets its whole limit and at most two checks more.
   */
  private final class Exchange {
    private final Thread thread = Thread.currentThread();

    @GuardedBy("this")
    private Part part = Part.HEAD;

    /** How many parts have begun, and at which of them the watch saw this exchange last. */
    @GuardedBy("this")
    private int begun;

    @GuardedBy("this")
    private int seen = -1;

    @GuardedBy("this")
    private long since;

    @GuardedBy("this")
    private boolean interrupted;

    @GuardedBy("this")
    private boolean ended;

    synchronized void begin(Part next) {
      if (interrupted && !next.isIdle()) {
        // Meant for the part before, which has ended in time after all.
        interrupted = false;
        Thread.interrupted();
      }
      part = next;
      begun++;
    }

    synchronized void interruptIfLate(long now, boolean hurry) {
      if (begun != seen) {
        seen = begun;
        since = now;
      } else if (now - since >= limitNanos() / (hurry ? HURRY : 1)) {
        interrupt();
      }
    }

    @GuardedBy("this")
    private long limitNanos() {
      return switch (part) {
        case HEAD -> limits.head().toNanos();
        case BODY -> limits.body().toNanos();
        case ANSWER -> limits.answer().toNanos();
        case WORK, REST -> Long.MAX_VALUE;
      };
    }

    synchronized void interruptIfIdle() {
      if (part.isIdle()) {
        interrupt();
      }
    }

    synchronized void interruptUnlessWorking() {
      if (part != Part.WORK) {
        interrupt();
      }
    }

    @GuardedBy("this")
    private void interrupt() {
      if (!ended && !interrupted) {
        interrupted = true;
        thread.interrupt();
      }
    }

    synchronized void end() {
      ended = true;
      if (interrupted) {
        Thread.interrupted();
      }
    }
  }
}
