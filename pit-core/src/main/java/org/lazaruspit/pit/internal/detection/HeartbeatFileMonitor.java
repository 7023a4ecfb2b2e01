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
 * Reads heartbeat files of agents, and forwards their heartbeats. Any change of the file is a
 * heartbeat, regardless of the time in the file. Thread-safe.
 */
public final class HeartbeatFileMonitor {

  private static final Logger log = LoggerFactory.getLogger(HeartbeatFileMonitor.class);

  /** Largest tolerated lead of a file's time over the clock. */
  private static final Duration MAX_LEAD = Duration.ofSeconds(2);

  private final Receiver receiver;
  private final Settings settings;
  private final Map<AgentRef, Tracked> tracked = new ConcurrentHashMap<>();
  private final Map<Optional<GatewayAddress>, AtomicBoolean> busy = new ConcurrentHashMap<>();
  private volatile List<ProbeTarget> watched = List.of();
  private final AtomicBoolean readAll = new AtomicBoolean();

  /** Wall clock, and largest age of a heartbeat at the first read of its file. */
  public record Settings(InstantSource clock, Duration timeout) {}

  /** Receiver of heartbeats. */
  interface Receiver {
    /** Called for a heartbeat. */
    void heartbeat(ProbeTarget target, String heartbeat) throws IOException, InterruptedException;

    /** Called for an agent that should beat by its file and has not yet. */
    void expect(ProbeTarget target);
  }

  /**
   * State of one agent's file. Used by the thread that has set {@code busy}; {@code found} is read
   * by all.
   */
  private static final class Tracked {
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Set<String> complaints = new HashSet<>();
    private volatile boolean found;
    private long incarnation = -1;
    private boolean read;
    private @Nullable Stamp last;
  }

  HeartbeatFileMonitor(Receiver receiver, Settings settings) {
    this.receiver = receiver;
    this.settings = settings;
  }

  /**
   * Prepares for the start of an incarnation, while the agent does not run. An agent that has used
   * its file before is expected to use it again.
   */
  public void begin(ProbeTarget target) {
    if (target.heartbeatFile().isEmpty()) {
      return;
    }
    HeartbeatFile file = new HeartbeatFile(target.heartbeatFile().get());
    Tracked state = new Tracked();
    state.incarnation = target.incarnation();
    state.found = file.used();
    state.read = true; // later changes are of this incarnation
    try {
      file.begin();
    } catch (IOException | RuntimeException e) {
      log.warn("{}: its heartbeat file cannot be moved: {}", target.agent(), e.toString());
      state.last = stampOrNull(file); // of an earlier incarnation
    }
    tracked.put(target.agent(), state);
    if (state.found) {
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

  /** Sets the targets whose files are read. */
  void watch(List<ProbeTarget> targets) {
    watched = targets.stream().filter(target -> target.heartbeatFile().isPresent()).toList();
    tracked
        .keySet()
        .retainAll(targets.stream().map(ProbeTarget::agent).collect(Collectors.toSet()));
    readAll.set(true);
  }

  /**
   * Reads known files, and once a round looks for new ones. Forwards heartbeats to one gateway in
   * sequence, to several gateways concurrently.
   */
  public void poll(Executor executor) {
    try {
      readFiles(executor);
    } catch (RuntimeException | OutOfMemoryError e) {
      // The latter if no thread can be created. An exception would end the periodic task.
      log.error("heartbeat files: not read; retried at the next poll", e);
    }
  }

  private void readFiles(Executor executor) {
    boolean all = readAll.getAndSet(false);
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
    AtomicBoolean reading = busy.computeIfAbsent(gateway, g -> new AtomicBoolean());
    if (!reading.compareAndSet(false, true)) {
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
              reading.set(false);
            }
          });
      begun = true;
    } catch (RejectedExecutionException e) {
      log.debug("heartbeat files: not read: the pit closes");
    } finally {
      if (!begun) {
        reading.set(false);
      }
    }
  }

  /** Reads one agent's file, and forwards a new heartbeat. */
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
      return; // the caller does not know the newer incarnation yet
    }
    if (target.incarnation() > state.incarnation) {
      state.incarnation = target.incarnation();
      state.last = null;
      state.read = false;
    }
    Optional<Stamp> stamp = file.stamp();
    boolean first = !state.read;
    state.read = true;
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
    if (first && !isRecent(target, state, now)) {
      state.last = now;
      receiver.expect(target);
      return;
    }
    forwardChange(target, file, state, now);
  }

  /** Returns whether a file at its first read is new, by its modification time. */
  private boolean isRecent(ProbeTarget target, Tracked state, Stamp stamp) {
    Instant now = settings.clock().instant();
    Instant modified = stamp.modified().toInstant();
    if (modified.isAfter(now.plus(MAX_LEAD))) {
      complain(target, state, "future", "has a modification time in the future: " + modified);
      return false;
    }
    return !modified.isBefore(now.minus(settings.timeout()));
  }

  private void forwardChange(ProbeTarget target, HeartbeatFile file, Tracked state, Stamp now)
      throws InterruptedException {
    try {
      Beat beat = file.read(now);
      beat.complaint()
          .ifPresent(why -> complain(target, state, "content", why + "; the heartbeat counts"));
      if (beat.incarnation().isPresent()
          && beat.incarnation().getAsLong() != target.incarnation()) {
        String why = "is for incarnation " + beat.incarnation().getAsLong();
        complain(target, state, "incarnation", why);
      } else {
        receiver.heartbeat(target, beat.text());
      }
      state.last = now;
    } catch (IOException e) {
      // Not taken by the receiver: forwarded again at the next poll.
      complain(target, state, "refused", String.valueOf(e.getMessage()));
    }
  }

  private static void complain(ProbeTarget target, Tracked state, String kind, String what) {
    if (state.complaints.add(kind)) {
      log.warn("{}: its heartbeat file {}", target.agent(), Objects.requireNonNull(what));
    }
  }
}
