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
 * Membership of this pit, and the list of all alive members. Each member has a node and renews it
 * every tick. A member that has not renewed its node for the silence limit is declared dead by
 * another member: its node is deleted, on condition that it is unchanged. A deleted node never
 * returns: a pit whose node is gone or whose lease has ended joins again under a new name.
 * Thread-safe.
 */
final class Membership implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Membership.class);
  private static final String ALL = "members";

  private final ZooKeeperSettings settings;
  private final Ensemble ensemble;
  private final Clocks clocks;
  private final Timing timing;
  private final FailureDetector failureDetector;
  private final Runnable everyTick;
  private final CountDownLatch joined = new CountDownLatch(1);
  private final ScheduledThreadPoolExecutor thread;
  private volatile OptionalLong startedNanos = OptionalLong.empty();
  private volatile Lease lease;
  private volatile Rendezvous assignment = new Rendezvous(List.of());
  private volatile String failure;

  /**
   * Creates the membership; the first call of {@link #lease} joins.
   *
   * @param everyTick runs after each update of the members, while this pit is a member
   */
  Membership(ZooKeeperSettings settings, Ensemble ensemble, Clocks clocks, Runnable everyTick) {
    this.settings = settings;
    this.ensemble = ensemble;
    this.clocks = clocks;
    this.everyTick = everyTick;
    timing = new Timing(settings.sessionTimeout());
    failureDetector = new FailureDetector(timing);
    lease = Lease.ended(clocks, timing);
    failure = ensemble + " is not reachable yet";
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, "pit-zookeeper");
              created.setDaemon(true);
              return created;
            });
  }

  static String node(String member) {
    return ALL + "/" + member;
  }

  /**
   * Returns the current lease of this pit; joins before the first call returns.
   *
   * @throws IOException if this pit has no lease, with the reason
   */
  Lease lease() throws IOException {
    start();
    awaitJoined();
    Lease current = lease;
    if (!current.held()) {
      throw new IOException("no cell is claimed: " + failure);
    }
    return current;
  }

  private synchronized void start() {
    if (startedNanos.isEmpty()) {
      startedNanos = OptionalLong.of(System.nanoTime());
      ensemble.start();
      long tick = timing.tick().toNanos();
      ScheduledFuture<?> unused =
          thread.scheduleWithFixedDelay(this::tick, 0, tick, TimeUnit.NANOSECONDS);
    }
  }

  /** Waits for the first join, at most for the start time-out; later calls return at once. */
  private void awaitJoined() {
    long left = timing.startTimeout().toNanos() - (System.nanoTime() - startedNanos.orElseThrow());
    try {
      if (!joined.await(left, TimeUnit.NANOSECONDS)) {
        log.debug("{}: not reachable yet", ensemble);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the assignment of cells to the members of the last update. */
  Rendezvous assignment() {
    return assignment;
  }

  /**
   * Renews the lease and updates the members. Catches all exceptions: without this thread the other
   * pits would declare this pit dead.
   */
  private void tick() {
    try {
      Lease current = lease;
      if (!current.held() || !renew(current)) {
        current = join();
      }
      updateMembers(current);
      everyTick.run();
      reportRecovery(current);
      joined.countDown();
    } catch (IOException | RuntimeException e) {
      reportFailure(String.valueOf(e.getMessage()));
    }
  }

  private void reportFailure(String reason) {
    if (!reason.equals(failure)) {
      failure = reason;
      log.warn("{}: no lease: {}; the next tick tries again", settings.name(), reason);
    }
  }

  private void reportRecovery(Lease current) {
    if (!failure.isEmpty()) {
      failure = "";
      log.info("{}: joined {} as {}", settings.name(), ensemble, current.member());
    }
  }

  private boolean renew(Lease current) throws IOException {
    Clocks.Moment sent = clocks.now();
    if (!ensemble.touch(node(current.member()), settings.name())) {
      current.end();
      log.warn(
          "{}: other pits have declared {} dead; joining again", settings.name(), current.member());
      return false;
    }
    current.confirmed(sent);
    return current.held();
  }

  /** Joins under a new name. The former member keeps its cells until it is declared dead. */
  private Lease join() throws IOException {
    lease.end();
    String member = settings.name() + "-" + UUID.randomUUID();
    Clocks.Moment sent = clocks.now();
    ensemble.create(node(member), settings.name());
    Lease next = new Lease(member, clocks, timing, sent);
    // Before the first claim: the assignment of cells needs all members.
    updateMembers(next);
    lease = next;
    return next;
  }

  private void updateMembers(Lease current) throws IOException {
    long nanos = clocks.nanos().getAsLong();
    Map<String, Integer> versions = new HashMap<>();
    for (String member : ensemble.children(ALL)) {
      if (!member.equals(current.member())) {
        ensemble.version(node(member)).ifPresent(version -> versions.put(member, version));
      }
    }
    for (Map.Entry<String, Integer> dead : failureDetector.update(versions, nanos).entrySet()) {
      if (ensemble.delete(node(dead.getKey()), dead.getValue())) {
        versions.remove(dead.getKey());
        log.warn(
            "{}: {} has been silent for {} s; its cells are free",
            settings.name(),
            dead.getKey(),
            timing.silenceLimit().toSeconds());
      }
    }
    List<String> all = new ArrayList<>(versions.keySet());
    all.add(current.member());
    Rendezvous next = new Rendezvous(all);
    if (!next.members().equals(assignment.members())) {
      log.info("{}: {} members: {}", settings.name(), all.size(), next.members());
      assignment = next;
    }
  }

  /** Leaves, so that the other pits can claim the cells at once. */
  @Override
  public void close() {
    thread.shutdownNow();
    Lease last = lease;
    boolean held = last.held();
    last.end();
    if (held) {
      try {
        ensemble.delete(node(last.member()), ANY_VERSION);
      } catch (IOException e) {
        log.info(
            "{}: leaving failed: {}; the other pits wait for the session time-out",
            settings.name(),
            e.getMessage());
      }
    }
  }

  private static final int ANY_VERSION = -1;
}
