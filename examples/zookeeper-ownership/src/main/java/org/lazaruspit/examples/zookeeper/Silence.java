package org.lazaruspit.examples.zookeeper;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who has given no sign of life for too long, as seen from here: each sign of life changes a
 * version, and time counts from when this pit first saw the last one. How long ago it was given is
 * not known, but it was before that. Used by one thread.
 */
final class Silence {

  private final long limitNanos;
  private final Map<String, Sight> seen = new HashMap<>();

  private record Sight(int version, long sinceNanos) {}

  Silence(Timing timing) {
    limitNanos = timing.silence().toNanos();
  }

  /**
   * Takes in what is there now.
   *
   * @param versions by member
   * @param nowNanos taken before the versions were asked for
   * @return the dead, each with the version that must still be its last when it is buried
   */
  Map<String, Integer> look(Map<String, Integer> versions, long nowNanos) {
    seen.keySet().retainAll(versions.keySet());
    Map<String, Integer> dead = new TreeMap<>();
    versions.forEach(
        (member, version) -> {
          Sight sight = seen.get(member);
          if (sight == null || sight.version() != version) {
            seen.put(member, new Sight(version, nowNanos));
          } else if (nowNanos - sight.sinceNanos() >= limitNanos) {
            dead.put(member, version);
          }
        });
    return dead;
  }
}
