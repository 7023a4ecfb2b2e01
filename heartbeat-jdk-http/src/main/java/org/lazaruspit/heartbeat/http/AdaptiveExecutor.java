package org.lazaruspit.heartbeat.http;

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
 * Runs exchanges, in the order of their arrival, on as few threads as keep the processors busy: to
 * wake a thread for each of them costs more than to answer it. A thread that is held up by a slow
 * client doesn't count; a watch notices it within two milliseconds, and has others take its place.
 * Go's scheduler treats blocking system calls in the same way.
 *
 * <p>Handing an exchange over never blocks, since the caller is the thread that serves all
 * connections.
 */
final class AdaptiveExecutor implements Executor, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatServer.class);
  private static final long LOOK_EVERY_NANOS = 1_000_000;

  private final Executor threads;
  private final int places;
  private final int enough;
  private final int maxWaiting;

  /** What follows is guarded by this. */
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  private final Set<Worker> running = new HashSet<>();
  private int heldUp;
  private boolean watched;
  private boolean closed;
  private @Nullable Thread watch;

  /**
   * Workers that have nothing to do.
   *
   * @param threads what they run on
   * @param places how many there may be, held up or not
   * @param enough how many there are at most while none is held up
   * @param maxWaiting how many exchanges may wait for a worker
   */
  AdaptiveExecutor(Executor threads, int places, int enough, int maxWaiting) {
    this.threads = threads;
    this.places = places;
    this.enough = enough;
    this.maxWaiting = maxWaiting;
  }

  /** Starts the thread that looks for those who are held up. */
  synchronized void start(String name) {
    if (watch == null && !closed) {
      watch = new Thread(this::watch, name);
      watch.setDaemon(true);
      watch.start();
    }
  }

  /**
   * Runs the work when there is a worker for it.
   *
   * @throws RejectedExecutionException if too much is waiting; the JDK's server then closes the
   *     connection
   */
  @Override
  public void execute(Runnable work) {
    Worker worker = null;
    Thread toWake = null;
    synchronized (this) {
      if (waiting.isEmpty() && mayStart(enough)) {
        worker = new Worker(work);
        running.add(worker);
      } else {
        toWake = add(work);
      }
    }
    if (worker != null) {
      start(worker);
    } else if (toWake != null) {
      LockSupport.unpark(toWake);
    }
  }

  private boolean mayStart(int free) {
    return running.size() < places && running.size() - heldUp < free;
  }

  /** Has it wait, and says who has to be woken for that. */
  private @Nullable Thread add(Runnable work) {
    if (waiting.size() >= maxWaiting) {
      throw new RejectedExecutionException("more than " + maxWaiting + " requests wait");
    }
    waiting.add(work);
    boolean sleeps = !watched;
    watched = true;
    return sleeps ? watch : null;
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

  /** Whether there is more to do than places to do it. */
  synchronized boolean othersWait() {
    return !waiting.isEmpty() && running.size() >= places;
  }

  private void watch() {
    while (!isClosed()) {
      if (someWait()) {
        LockSupport.parkNanos(this, LOOK_EVERY_NANOS);
        look();
      } else {
        LockSupport.park(this);
      }
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized boolean someWait() {
    watched = !waiting.isEmpty();
    return watched;
  }

  /** Finds who has been at the same exchange since the last look, and has others take the rest. */
  void look() {
    Deque<Worker> refused = new ArrayDeque<>();
    for (Worker worker : substitutes()) {
      try {
        start(worker);
      } catch (RuntimeException | OutOfMemoryError e) {
        // No thread to be had: the watch has to go on, or nobody would ever look again.
        LOG.debug("a request has to wait on", e);
        refused.push(worker);
      }
    }
    again(refused);
  }

  private synchronized List<Worker> substitutes() {
    running.forEach(Worker::look);
    // If nobody gets on, many slow ones came at once: twice as many each time.
    int free = running.size() == heldUp ? Math.max(enough, heldUp) : enough;
    List<Worker> substitutes = new ArrayList<>();
    while (!waiting.isEmpty() && mayStart(free)) {
      Worker worker = new Worker(waiting.remove());
      running.add(worker);
      substitutes.add(worker);
    }
    return substitutes;
  }

  /** There was no thread for them, the last of whom comes first: they still precede the rest. */
  private synchronized void again(Deque<Worker> refused) {
    refused.forEach(worker -> waiting.addFirst(worker.first));
  }

  /** Ends the watch. What waits is not run any more. */
  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
    LockSupport.unpark(watch);
  }

  /** Takes one exchange after the other. Its fields are guarded by the workers it belongs to. */
  private final class Worker implements Runnable {
    private final Runnable first;
    private int turn;
    private int seen = -1;
    private boolean isHeldUp;

    Worker(Runnable first) {
      this.first = first;
    }

    @Override
    public void run() {
      try {
        for (Runnable work = first; work != null; work = next()) {
          work.run();
        }
      } finally {
        leave();
      }
    }

    /** Leaves together with finding nothing to do, so that what comes then starts another one. */
    private @Nullable Runnable next() {
      synchronized (AdaptiveExecutor.this) {
        markProgress();
        turn++;
        Runnable next = running.size() - heldUp > enough ? null : waiting.poll();
        if (next == null) {
          running.remove(this);
        }
        return next;
      }
    }

    void look() {
      if (turn == seen && !isHeldUp) {
        isHeldUp = true;
        heldUp++;
      }
      seen = turn;
    }

    private void markProgress() {
      if (isHeldUp) {
        isHeldUp = false;
        heldUp--;
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
