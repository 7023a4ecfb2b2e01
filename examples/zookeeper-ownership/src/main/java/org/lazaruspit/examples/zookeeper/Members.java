package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pits that live, this one among them. Each has a node of its own, which it writes to again and
 * again; who does so no more is buried by whoever has watched him for long enough: his node is
 * deleted on condition that it is still as it was. A node that is gone never comes back: a pit that
 * finds itself buried, or has been unable to tell of itself, begins a new life under a new name.
 * Thread-safe.
 */
final class Members implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Members.class);
  private static final String ALL = "members";

  private final ZooKeeperSettings settings;
  private final Ensemble ensemble;
  private final Clocks clocks;
  private final Timing timing;
  private final Silence silence;
  private final Runnable everyTick;
  private final CountDownLatch joined = new CountDownLatch(1);
  private final ScheduledThreadPoolExecutor thread;
  private volatile OptionalLong begunNanos = OptionalLong.empty();
  private volatile Lease lease;
  private volatile Rendezvous living = new Rendezvous(List.of());
  private volatile String trouble;

  /**
   * Nothing runs before the first question.
   *
   * @param everyTick what is to be done after each look, while this pit lives
   */
  Members(ZooKeeperSettings settings, Ensemble ensemble, Clocks clocks, Runnable everyTick) {
    this.settings = settings;
    this.ensemble = ensemble;
    this.clocks = clocks;
    this.everyTick = everyTick;
    timing = new Timing(settings.sessionTimeout());
    silence = new Silence(timing);
    lease = Lease.none(clocks, timing);
    trouble = ensemble + " has not been reached yet";
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, "pit-zookeeper");
              made.setDaemon(true);
              return made;
            });
  }

  static String node(String member) {
    return ALL + "/" + member;
  }

  /**
   * This pit's life, which lasts right now.
   *
   * @throws IOException if there is none, and why
   */
  Lease life() throws IOException {
    begin();
    awaitJoined();
    Lease current = lease;
    if (!current.held()) {
      throw new IOException("no cell is claimed: " + trouble);
    }
    return current;
  }

  private synchronized void begin() {
    if (begunNanos.isEmpty()) {
      begunNanos = OptionalLong.of(System.nanoTime());
      ensemble.start();
      long tick = timing.tick().toNanos();
      ScheduledFuture<?> unused =
          thread.scheduleWithFixedDelay(this::tick, 0, tick, TimeUnit.NANOSECONDS);
    }
  }

  /** Only at the beginning: whoever asks later is told at once. */
  private void awaitJoined() {
    long left = timing.patience().toNanos() - (System.nanoTime() - begunNanos.orElseThrow());
    try {
      if (!joined.await(left, TimeUnit.NANOSECONDS)) {
        log.debug("{} has not been reached yet", ensemble);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The pits that live, as last seen. */
  Rendezvous living() {
    return living;
  }

  /** Nothing that one tick meets may end the thread: without it this pit is dead to the others. */
  private void tick() {
    try {
      Lease current = lease;
      if (!current.held() || !renew(current)) {
        current = join();
      }
      look(current);
      everyTick.run();
      over(current);
      joined.countDown();
    } catch (IOException | RuntimeException e) {
      begun(String.valueOf(e.getMessage()));
    }
  }

  private void begun(String what) {
    if (!what.equals(trouble)) {
      trouble = what;
      log.warn("{}: {}", settings.name(), what);
    }
  }

  private void over(Lease current) {
    if (!trouble.isEmpty()) {
      trouble = "";
      log.info("{}: lives as {} in {}", settings.name(), current.member(), ensemble);
    }
  }

  private boolean renew(Lease current) throws IOException {
    Clocks.Moment sent = clocks.now();
    if (!ensemble.touch(node(current.member()), settings.name())) {
      current.end();
      log.warn("{}: the others have taken {} for dead", settings.name(), current.member());
      return false;
    }
    current.confirmed(sent);
    return current.held();
  }

  /** What the life before owned stays its own until the others have buried it. */
  private Lease join() throws IOException {
    lease.end();
    String member = settings.name() + "-" + UUID.randomUUID();
    Clocks.Moment sent = clocks.now();
    ensemble.create(node(member), settings.name());
    Lease next = new Lease(member, clocks, timing, sent);
    // Before anybody may claim: a first answer of whose cell it is needs to know the others.
    look(next);
    lease = next;
    return next;
  }

  private void look(Lease current) throws IOException {
    long nanos = clocks.nanos().getAsLong();
    Map<String, Integer> versions = new HashMap<>();
    for (String member : ensemble.children(ALL)) {
      if (!member.equals(current.member())) {
        ensemble.version(node(member)).ifPresent(version -> versions.put(member, version));
      }
    }
    for (Map.Entry<String, Integer> dead : silence.look(versions, nanos).entrySet()) {
      if (ensemble.delete(node(dead.getKey()), dead.getValue())) {
        versions.remove(dead.getKey());
        log.warn(
            "{}: {} has been silent for {} s, its cells are free",
            settings.name(),
            dead.getKey(),
            timing.silence().toSeconds());
      }
    }
    List<String> all = new ArrayList<>(versions.keySet());
    all.add(current.member());
    Rendezvous next = new Rendezvous(all);
    if (!next.members().equals(living.members())) {
      log.info("{}: {} live: {}", settings.name(), all.size(), next.members());
      living = next;
    }
  }

  /** Ends this pit's life, so that nobody has to wait for what it still owns. */
  @Override
  public void close() {
    thread.shutdownNow();
    Lease last = lease;
    boolean lived = last.held();
    last.end();
    if (lived) {
      try {
        ensemble.delete(node(last.member()), ANY_VERSION);
      } catch (IOException e) {
        log.info("{}: the others have to wait for its end: {}", settings.name(), e.getMessage());
      }
    }
  }

  private static final int ANY_VERSION = -1;
}
