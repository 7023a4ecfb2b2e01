package org.lazaruspit.pit.internal.detection;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.internal.probe.HeartbeatFile;
import org.lazaruspit.pit.internal.probe.HeartbeatFile.Beat;
import org.lazaruspit.pit.internal.probe.HeartbeatFile.Stamp;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the files by which agents beat, and passes on what they say. A heartbeat is a change of
 * the file, whatever time the file claims. Thread-safe.
 */
public final class HeartbeatFileMonitor {

  private static final Logger log = LoggerFactory.getLogger(HeartbeatFileMonitor.class);

  /** A time that lies further ahead of ours is none. */
  private static final Duration SKEW = Duration.ofSeconds(2);

  private final Receiver receiver;
  private final Settings settings;
  private final Map<AgentRef, Tracked> tracked = new ConcurrentHashMap<>();
  private final Map<Optional<GatewayAddress>, AtomicBoolean> busy = new ConcurrentHashMap<>();
  private volatile List<ProbeTarget> watched = List.of();
  private final AtomicBoolean lookAtAll = new AtomicBoolean();

  /** The wall clock, and how old a sign of life may be that is found at the first look. */
  public record Settings(InstantSource clock, Duration timeout) {}

  /** Who is told. */
  interface Receiver {
    /** A sign of life. */
    void heartbeat(ProbeTarget target, String heartbeat) throws IOException, InterruptedException;

    /** No sign of life yet, but there should be. */
    void expect(ProbeTarget target);
  }

  /** What is remembered of one agent's file. Used by whoever has set it busy. */
  private static final class Tracked {
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Set<String> complaints = new HashSet<>();
    private volatile boolean found;
    private long incarnation = -1;
    private boolean looked;
    private @Nullable Stamp last;
  }

  HeartbeatFileMonitor(Receiver receiver, Settings settings) {
    this.receiver = receiver;
    this.settings = settings;
  }

  /**
   * Prepares for an incarnation that is about to start; nothing of the agent runs. One that has
   * ever beaten by its file is expected to do so again.
   */
  public void begin(ProbeTarget target) {
    if (target.heartbeatFile().isEmpty()) {
      return;
    }
    HeartbeatFile file = new HeartbeatFile(target.heartbeatFile().get());
    Tracked fresh = new Tracked();
    fresh.incarnation = target.incarnation();
    fresh.found = file.used();
    fresh.looked = true; // whatever comes from now on is its own
    try {
      file.begin();
    } catch (IOException | RuntimeException e) {
      log.warn("{}: its heartbeat file cannot be put aside: {}", target.agent(), e.toString());
      fresh.last = stampOrNull(file); // it comes from an earlier incarnation
    }
    tracked.put(target.agent(), fresh);
    if (fresh.found) {
      receiver.expect(target);
    }
  }

  private static @Nullable Stamp stampOrNull(HeartbeatFile file) {
    try {
      return file.stamp().orElse(null);
    } catch (IOException e) {
      return null;
    }
  }

  /** From now on these are looked at, and no others. */
  void watch(List<ProbeTarget> targets) {
    watched = targets.stream().filter(target -> target.heartbeatFile().isPresent()).toList();
    tracked
        .keySet()
        .retainAll(targets.stream().map(ProbeTarget::agent).collect(Collectors.toSet()));
    lookAtAll.set(true);
  }

  /**
   * Looks at the files that are known, and once a round for new ones. The agents of one gateway are
   * passed on one after the other, those of different gateways at once.
   */
  public void poll(Executor executor) {
    try {
      lookAt(executor);
    } catch (RuntimeException | OutOfMemoryError e) { // the latter where no thread can be had
      log.error("heartbeat files are not looked at this time", e); // or never again
    }
  }

  private void lookAt(Executor executor) {
    boolean all = lookAtAll.getAndSet(false);
    Map<Optional<GatewayAddress>, List<ProbeTarget>> groups = new HashMap<>();
    for (ProbeTarget target : watched) {
      Tracked known = tracked.get(target.agent());
      if (all || (known != null && known.found)) {
        groups.computeIfAbsent(target.gateway(), g -> new ArrayList<>()).add(target);
      }
    }
    groups.forEach((gateway, targets) -> poll(executor, gateway, targets));
  }

  private void poll(Executor executor, Optional<GatewayAddress> gateway, List<ProbeTarget> group) {
    AtomicBoolean mark = busy.computeIfAbsent(gateway, g -> new AtomicBoolean());
    if (!mark.compareAndSet(false, true)) {
      return;
    }
    boolean begun = false;
    try {
      executor.execute(
          () -> {
            try {
              for (ProbeTarget target : group) {
                forward(target);
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } finally {
              mark.set(false);
            }
          });
      begun = true;
    } catch (RejectedExecutionException e) {
      log.debug("no heartbeat file is looked at any more, the pit closes");
    } finally {
      if (!begun) {
        mark.set(false);
      }
    }
  }

  /** Looks at one agent's file now, and passes on what is new. */
  void forward(ProbeTarget target) throws InterruptedException {
    if (target.heartbeatFile().isEmpty()) {
      return;
    }
    Tracked state = tracked.computeIfAbsent(target.agent(), agent -> new Tracked());
    if (!state.busy.compareAndSet(false, true)) {
      return;
    }
    try {
      forward(target, new HeartbeatFile(target.heartbeatFile().get()), state);
    } catch (IOException | RuntimeException e) {
      complain(target, state, e.toString(), String.valueOf(e.getMessage()));
    } finally {
      state.busy.set(false);
    }
  }

  private void forward(ProbeTarget target, HeartbeatFile file, Tracked state)
      throws IOException, InterruptedException {
    if (target.incarnation() < state.incarnation) {
      return; // somebody has not heard yet of the newer one
    }
    if (target.incarnation() > state.incarnation) {
      state.incarnation = target.incarnation();
      state.last = null;
      state.looked = false;
    }
    Optional<Stamp> stamp = file.stamp();
    boolean first = !state.looked;
    state.looked = true;
    if (stamp.isEmpty()) {
      if (first && file.used()) {
        state.found = true;
        receiver.expect(target);
      }
      return;
    }
    state.found = true;
    Stamp now = stamp.get();
    if (now.equals(state.last)) {
      return;
    }
    if (first && !fresh(target, state, now)) {
      state.last = now;
      receiver.expect(target);
      return;
    }
    beat(target, file, state, now);
  }

  /** At the first look nobody knows whether the file has just changed: its own time has to do. */
  private boolean fresh(ProbeTarget target, Tracked state, Stamp stamp) {
    Instant now = settings.clock().instant();
    Instant modified = stamp.modified().toInstant();
    if (modified.isAfter(now.plus(SKEW))) {
      complain(target, state, "future", "says that it was changed at " + modified);
      return false;
    }
    return !modified.isBefore(now.minus(settings.timeout()));
  }

  private void beat(ProbeTarget target, HeartbeatFile file, Tracked state, Stamp now)
      throws InterruptedException {
    try {
      Beat beat = file.read(now);
      beat.complaint()
          .ifPresent(why -> complain(target, state, "content", why + ", its sign of life counts"));
      if (beat.incarnation().isPresent()
          && beat.incarnation().getAsLong() != target.incarnation()) {
        String why = "speaks for incarnation " + beat.incarnation().getAsLong();
        complain(target, state, "incarnation", why);
      } else {
        receiver.heartbeat(target, beat.text());
      }
      state.last = now;
    } catch (IOException e) {
      // Whoever did not take it is told again at the next look.
      complain(target, state, "refused", String.valueOf(e.getMessage()));
    }
  }

  private static void complain(ProbeTarget target, Tracked state, String kind, String what) {
    if (state.complaints.add(kind)) {
      log.warn("{}: its heartbeat file {}", target.agent(), Objects.requireNonNull(what));
    }
  }
}
