package org.lazaruspit.examples.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.remote.DeadlineFailureDetector;
import org.apache.pekko.remote.DefaultFailureDetectorRegistry;
import org.apache.pekko.remote.FailureDetector;
import org.apache.pekko.remote.FailureDetector$;
import org.apache.pekko.remote.PhiAccrualFailureDetector;
import org.lazaruspit.heartbeat.HealthRegistry;
import scala.concurrent.duration.FiniteDuration;

/** Store of the time of each agent's last heartbeat. */
interface HeartbeatStore {
  void heartbeat(String id);

  /** Creates the store of this name. */
  static HeartbeatStore of(String name, int agents) {
    return switch (name) {
      case "map-put" -> new PutMap();
      case "map-cell" -> new CellMap();
      case "registry" -> new Registry(true);
      case "registry-idle" -> new Registry(false);
      case "caffeine" -> new CaffeineCache();
      case "caffeine-spaced" -> new SpacedCaffeineCache(agents);
      case "pekko-deadline" -> new Pekko(HeartbeatStore::deadline);
      case "pekko-phi" -> new Pekko(HeartbeatStore::phi);
      default -> throw new IllegalArgumentException("unknown store: " + name);
    };
  }

  private static FailureDetector deadline() {
    return new DeadlineFailureDetector(
        seconds(270), seconds(30), FailureDetector$.MODULE$.defaultClock());
  }

  private static FailureDetector phi() {
    return new PhiAccrualFailureDetector(
        8.0,
        1_000,
        FiniteDuration.apply(100, TimeUnit.MILLISECONDS),
        seconds(270),
        seconds(30),
        FailureDetector$.MODULE$.defaultClock());
  }

  private static FiniteDuration seconds(long count) {
    return FiniteDuration.apply(count, TimeUnit.SECONDS);
  }

  /** Minimal baseline: puts a new time stamp at each heartbeat. */
  record PutMap(ConcurrentHashMap<String, Long> times) implements HeartbeatStore {
    PutMap() {
      this(new ConcurrentHashMap<>());
    }

    @Override
    public void heartbeat(String id) {
      times.put(id, System.nanoTime());
    }
  }

  /** Minimal baseline without allocation: sets one variable per agent. */
  record CellMap(ConcurrentHashMap<String, AtomicLong> times) implements HeartbeatStore {
    CellMap() {
      this(new ConcurrentHashMap<>());
    }

    @Override
    public void heartbeat(String id) {
      AtomicLong cell = times.get(id);
      if (cell == null) {
        cell = times.computeIfAbsent(id, unknown -> new AtomicLong());
      }
      cell.set(System.nanoTime());
    }
  }

  /** The registry, with or without its watch thread. */
  record Registry(HealthRegistry registry) implements HeartbeatStore {
    Registry(boolean started) {
      this(HealthRegistry.create());
      if (started) {
        registry.start();
      }
    }

    @Override
    public void heartbeat(String id) {
      registry.heartbeat(id);
    }
  }

  /** A cache that evicts agents without heartbeats. */
  record CaffeineCache(Cache<String, Boolean> cache) implements HeartbeatStore {
    CaffeineCache() {
      this(Caffeine.newBuilder().expireAfterWrite(Duration.ofMinutes(5)).build());
    }

    @Override
    public void heartbeat(String id) {
      cache.put(id, Boolean.TRUE);
    }
  }

  /**
   * The cache with heartbeats of an agent about 30 s apart, as in production. The cache skips most
   * of its work for a key that was written within the last second, which would be each key of a
   * benchmark's loop. Therefore its clock runs faster, by the ratio of 30 s to a loop of 200 ns per
   * heartbeat; the clock is derived from the system's, so that threads share no additional state.
   */
  record SpacedCaffeineCache(Cache<String, Boolean> cache) implements HeartbeatStore {
    SpacedCaffeineCache(int agents) {
      this(speed(Duration.ofSeconds(30).toNanos() / (200L * agents)));
    }

    private static Cache<String, Boolean> speed(long factor) {
      long start = System.nanoTime();
      return Caffeine.newBuilder()
          .ticker(() -> (System.nanoTime() - start) * factor)
          .expireAfterWrite(Duration.ofMinutes(5))
          .build();
    }

    @Override
    public void heartbeat(String id) {
      cache.put(id, Boolean.TRUE);
    }
  }

  /** Failure detectors of an actor system, without the actor system. */
  record Pekko(DefaultFailureDetectorRegistry<String> registry) implements HeartbeatStore {
    Pekko(scala.Function0<FailureDetector> detectors) {
      this(new DefaultFailureDetectorRegistry<>(detectors));
    }

    @Override
    public void heartbeat(String id) {
      registry.heartbeat(id);
    }
  }
}
