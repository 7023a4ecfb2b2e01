package org.lazaruspit.heartbeat.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives each exchange a deadline, and interrupts the thread of one that has passed it, which closes
 * its connection: a blocking read or write of a {@code SocketChannel} ends no other way, and the
 * JDK's server has no deadlines of its own.
 */
final class ExchangeDeadlines implements AutoCloseable {

  /** How long each part of an exchange may take. */
  record Limits(Duration head, Duration body, Duration answer) {}

  /** When others wait for a place, an exchange may take this part of its limit. */
  private static final int HURRY = 10;

  private static final long LOOK_EVERY_NANOS = 100_000_000;

  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

  private static final ThreadLocal<@Nullable Exchange> CURRENT = new ThreadLocal<>();

  private final Set<Exchange> running = ConcurrentHashMap.newKeySet();
  private final Limits limits;
  private final LongSupplier nanoTime;
  private @Nullable Thread watch;
  private volatile boolean closed;

  ExchangeDeadlines(Limits limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /** Starts the thread that looks for what is late. */
  synchronized void start(String name, BooleanSupplier othersWait) {
    if (watch == null && !closed) {
      watch =
          new Thread(
              () -> {
                while (!closed) {
                  check(othersWait);
                  LockSupport.parkNanos(this, LOOK_EVERY_NANOS);
                }
              },
              name);
      watch.setDaemon(true);
      watch.start();
    }
  }

  /** Runs an exchange on this thread: from here on it is reading the head of a request. */
  void run(Runnable work) {
    Exchange exchange = new Exchange(Thread.currentThread(), limits);
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

  /** The exchange of this thread begins to read its body. */
  static void readingBody() {
    Exchange exchange = CURRENT.get();
    if (exchange != null) {
      exchange.begins(exchange.limits.body(), true);
    }
  }

  /** The exchange of this thread begins to answer, or the next part of an endless answer. */
  static void answering() {
    Exchange exchange = CURRENT.get();
    if (exchange != null) {
      exchange.begins(exchange.limits.answer(), false);
    }
  }

  /** The exchange of this thread waits for us, not for its client: it may do so for ever. */
  static void resting() {
    Exchange exchange = CURRENT.get();
    if (exchange != null) {
      exchange.begins(FOR_EVER, false);
    }
  }

  /** Interrupts what is late, which is sooner while others wait. */
  void check(BooleanSupplier othersWait) {
    if (!running.isEmpty()) {
      long now = nanoTime.getAsLong();
      boolean hurry = othersWait.getAsBoolean();
      for (Exchange exchange : running) {
        exchange.interruptIfLate(now, hurry);
      }
    }
  }

  /** Interrupts what has not been read to its end, and so has changed nothing. */
  void endReading() {
    running.forEach(Exchange::interruptIfReading);
  }

  /** How many exchanges are under way. */
  int running() {
    return running.size();
  }

  /** Ends the watch, and what is still running by interruption. */
  @Override
  public synchronized void close() {
    closed = true;
    running.forEach(Exchange::interrupt);
    if (watch != null) {
      LockSupport.unpark(watch);
    }
  }

  /**
   * What an exchange is at. It only counts the parts that it begins; the watch reads the clock, so
   * that an exchange gets its whole limit and at most one look more.
   */
  private static final class Exchange {
    private final Thread thread;
    private final Limits limits;
    private volatile Part part;
    private @Nullable Part seen;
    private long since;
    private boolean interrupted;
    private boolean ended;

    Exchange(Thread thread, Limits limits) {
      this.thread = thread;
      this.limits = limits;
      this.part = new Part(limits.head(), true);
    }

    void begins(Duration limit, boolean reads) {
      part = new Part(limit, reads);
    }

    @SuppressWarnings("ReferenceEquality") // the same part as before, not one like it
    synchronized void interruptIfLate(long now, boolean hurry) {
      Part current = part;
      if (current != seen) {
        seen = current;
        since = now;
      } else if (now - since >= current.limit().toNanos() / (hurry ? HURRY : 1)) {
        interrupt();
      }
    }

    synchronized void interruptIfReading() {
      if (part.reads()) {
        interrupt();
      }
    }

    synchronized void interrupt() {
      if (!ended && !interrupted) {
        interrupted = true;
        thread.interrupt();
      }
    }

    /** Nothing interrupts this thread on our behalf afterwards, and it is left as it was found. */
    synchronized void end() {
      ended = true;
      if (interrupted) {
        Thread.interrupted();
      }
    }
  }

  /** A part of an exchange: how long it may take, and whether the request is still being read. */
  private record Part(Duration limit, boolean reads) {}
}
