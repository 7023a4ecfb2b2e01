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

/** Something that keeps the time of the last heartbeat of every agent. */
interface Keeper {
  void beat(String id);

  /** What can be measured, by name. */
  static Keeper of(String name, int agents) {
    return switch (name) {
      case "map-put" -> new PutMap();
      case "map-cell" -> new CellMap();
      case "registry" -> new Registry(true);
      case "registry-idle" -> new Registry(false);
      case "caffeine" -> new CaffeineCache();
      case "caffeine-spaced" -> new SpacedCaffeineCache(agents);
      case "pekko-deadline" -> new Pekko(Keeper::deadline);
      case "pekko-phi" -> new Pekko(Keeper::phi);
      default -> throw new IllegalArgumentException("keeper: there is none named " + name);
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

  /** The least that can be done: a time stamp a heartbeat, put anew. */
  record PutMap(ConcurrentHashMap<String, Long> times) implements Keeper {
    PutMap() {
      this(new ConcurrentHashMap<>());
    }

    @Override
    public void beat(String id) {
      times.put(id, System.nanoTime());
    }
  }

  /** The least that can be done without allocation: a cell an agent, found and set. */
  record CellMap(ConcurrentHashMap<String, AtomicLong> times) implements Keeper {
    CellMap() {
      this(new ConcurrentHashMap<>());
    }

    @Override
    public void beat(String id) {
      AtomicLong cell = times.get(id);
      if (cell == null) {
        cell = times.computeIfAbsent(id, unknown -> new AtomicLong());
      }
      cell.set(System.nanoTime());
    }
  }

  /** The registry, with its watch running or not. */
  record Registry(HealthRegistry registry) implements Keeper {
    Registry(boolean started) {
      this(HealthRegistry.create());
      if (started) {
        registry.start();
      }
    }

    @Override
    public void beat(String id) {
      registry.heartbeat(id);
    }
  }

  /** A cache that forgets who has not been heard of. */
  record CaffeineCache(Cache<String, Boolean> cache) implements Keeper {
    CaffeineCache() {
      this(Caffeine.newBuilder().expireAfterWrite(Duration.ofMinutes(5)).build());
    }

    @Override
    public void beat(String id) {
      cache.put(id, Boolean.TRUE);
    }
  }

  /**
   * The same with heartbeats of an agent some 30 s apart, as in life: the cache skips most of its
   * work for a key that was written within the last second, which every key is when a benchmark
   * writes them all in a loop. Its time goes as much faster as it would take for a loop of some 200
   * ns a heartbeat; it is the system's, so that its threads share no more than those of others.
   */
  record SpacedCaffeineCache(Cache<String, Boolean> cache) implements Keeper {
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
    public void beat(String id) {
      cache.put(id, Boolean.TRUE);
    }
  }

  /** The failure detectors of an actor system, without the system. */
  record Pekko(DefaultFailureDetectorRegistry<String> registry) implements Keeper {
    Pekko(scala.Function0<FailureDetector> detectors) {
      this(new DefaultFailureDetectorRegistry<>(detectors));
    }

    @Override
    public void beat(String id) {
      registry.heartbeat(id);
    }
  }
}
