package org.lazaruspit.examples.zookeeper;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Detects members without a renewal for the silence limit. Each renewal changes the version of a
 * member's node; silence counts from the first observation of the last version, which is later than
 * the renewal itself. Not thread-safe.
 */
final class FailureDetector {

  private final long limitNanos;
  private final Map<String, Observation> observations = new HashMap<>();

  private record Observation(int version, long sinceNanos) {}

  FailureDetector(Timing timing) {
    limitNanos = timing.silenceLimit().toNanos();
  }

  /**
   * Records the current versions.
   *
   * @param versions version of each member's node
   * @param nowNanos the monotonic time before the versions were read
   * @return the dead members, each with the last version of its node, the condition of its deletion
   */
  Map<String, Integer> update(Map<String, Integer> versions, long nowNanos) {
    observations.keySet().retainAll(versions.keySet());
    Map<String, Integer> dead = new TreeMap<>();
    versions.forEach(
        (member, version) -> {
          Observation observation = observations.get(member);
          if (observation == null || observation.version() != version) {
            observations.put(member, new Observation(version, nowNanos));
          } else if (nowNanos - observation.sinceNanos() >= limitNanos) {
            dead.put(member, version);
          }
        });
    return dead;
  }
}
