package org.lazaruspit.heartbeat.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs exchanges in the order of their arrival on as few threads as keep the processors busy, since
 * waking a thread per exchange costs more than the exchange. A thread blocked by a slow client does
 * not count; a monitor thread detects it within two milliseconds and starts a substitute. Go's
 * scheduler treats blocking system calls in the same way.
 *
 * <p>{@link #execute} never blocks, since its caller is the thread that serves all connections.
 */
final class AdaptiveExecutor implements Executor, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatServer.class);
  private static final long CHECK_INTERVAL_NANOS = 1_000_000;

  private final Executor threads;
  private final int places;
  private final int enough;
  private final int maxWaiting;

  @GuardedBy("this")
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private final Set<Worker> running = new HashSet<>();

  @GuardedBy("this")
  private int blocked;

  @GuardedBy("this")
  private boolean monitored;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private @Nullable Thread monitor;

  /**
   * Creates an executor without workers.
   *
   * @param threads runs the workers
   * @param places maximum number of workers, blocked workers included
   * @param enough maximum number of workers that are not blocked
   * @param maxWaiting maximum number of waiting exchanges
   */
  AdaptiveExecutor(Executor threads, int places, int enough, int maxWaiting) {
    this.threads = threads;
    this.places = places;
    this.enough = enough;
    this.maxWaiting = maxWaiting;
  }

  /** Starts the monitor thread, which detects blocked workers. */
  synchronized void start(String name) {
    if (monitor == null && !closed) {
      monitor = new Thread(this::monitor, name);
      monitor.setDaemon(true);
      monitor.start();
    }
  }

  /**
   * Runs the task as soon as a worker is free.
   *
   * @throws RejectedExecutionException if too many tasks wait; the JDK's server then closes the
   *     connection
   */
  @Override
  public void execute(Runnable task) {
    Worker worker = null;
    Thread monitorToWake = null;
    synchronized (this) {
      if (waiting.isEmpty() && mayStart(enough)) {
        worker = new Worker(task);
        running.add(worker);
      } else {
        monitorToWake = add(task);
      }
    }
    if (worker != null) {
      start(worker);
    } else if (monitorToWake != null) {
      LockSupport.unpark(monitorToWake);
    }
  }

  @GuardedBy("this")
  private boolean mayStart(int free) {
    return running.size() < places && running.size() - blocked < free;
  }

  /** Queues a task; returns the thread to wake, if any. */
  @GuardedBy("this")
  private @Nullable Thread add(Runnable task) {
    if (waiting.size() >= maxWaiting) {
      throw new RejectedExecutionException("more than " + maxWaiting + " waiting requests");
    }
    waiting.add(task);
    boolean parked = !monitored;
    monitored = true;
    return parked ? monitor : null;
  }

  private void start(Worker worker) {
    boolean started = false;
    try {
      threads.execute(worker);
      started = true;
    } finally {
      if (!started) {
        worker.leave();
      }
    }
  }

  /** Returns whether tasks wait and all places are taken. */
  synchronized boolean hasBacklog() {
    return !waiting.isEmpty() && running.size() >= places;
  }

  private void monitor() {
    while (!isClosed()) {
      if (hasWaiting()) {
        LockSupport.parkNanos(this, CHECK_INTERVAL_NANOS);
        check();
      } else {
        LockSupport.park(this);
      }
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized boolean hasWaiting() {
    monitored = !waiting.isEmpty();
    return monitored;
  }

  /**
   * Detects workers with the same exchange as at the last check, and starts substitutes for them.
   */
  void check() {
    Deque<Worker> refused = new ArrayDeque<>();
    for (Worker worker : substitutes()) {
      try {
        start(worker);
      } catch (RuntimeException | OutOfMemoryError e) {
        // Without a thread for a substitute the monitor must continue.
        LOG.debug("HTTP server: no thread for a waiting request: {}; retrying", e.toString());
        refused.push(worker);
      }
    }
    requeue(refused);
  }

  private synchronized List<Worker> substitutes() {
    running.forEach(Worker::check);
    // If all workers are blocked, many slow clients arrived at once: double the number each time.
    int free = running.size() == blocked ? Math.max(enough, blocked) : enough;
    List<Worker> substitutes = new ArrayList<>();
    while (!waiting.isEmpty() && mayStart(free)) {
      Worker worker = new Worker(waiting.remove());
      running.add(worker);
      substitutes.add(worker);
    }
    return substitutes;
  }

  /** Returns the tasks of refused workers, latest first, to the head of the queue. */
  private synchronized void requeue(Deque<Worker> refused) {
    refused.forEach(worker -> waiting.addFirst(worker.first));
  }

  /** Stops the monitor thread and drops the waiting tasks. */
  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
    LockSupport.unpark(monitor);
  }

  /** Worker that runs exchanges until the queue is empty. */
  private final class Worker implements Runnable {
    private final Runnable first;

    @GuardedBy("AdaptiveExecutor.this")
    private int turn;

    @GuardedBy("AdaptiveExecutor.this")
    private int seenTurn = -1;

    @GuardedBy("AdaptiveExecutor.this")
    private boolean isBlocked;

    Worker(Runnable first) {
      this.first = first;
    }

    @Override
    public void run() {
      try {
        for (Runnable task = first; task != null; task = next()) {
          task.run();
        }
      } finally {
        leave();
      }
    }

    /**
     * Removes this worker in the same critical section that finds the queue empty, so that a later
     * task starts a new worker.
     */
    private @Nullable Runnable next() {
      synchronized (AdaptiveExecutor.this) {
        markProgress();
        turn++;
        Runnable next = running.size() - blocked > enough ? null : waiting.poll();
        if (next == null) {
          running.remove(this);
        }
        return next;
      }
    }

    void check() {
      synchronized (AdaptiveExecutor.this) {
        if (turn == seenTurn && !isBlocked) {
          isBlocked = true;
          blocked++;
        }
        seenTurn = turn;
      }
    }

    @GuardedBy("AdaptiveExecutor.this")
    private void markProgress() {
      if (isBlocked) {
        isBlocked = false;
        blocked--;
      }
    }

    void leave() {
      synchronized (AdaptiveExecutor.this) {
        markProgress();
        running.remove(this);
      }
    }
  }
}
