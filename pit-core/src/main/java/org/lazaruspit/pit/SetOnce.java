package org.lazaruspit.pit;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Map;

/** Settings of a builder; a second value for one setting is refused. Not thread-safe. */
final class SetOnce {

  private final Map<String, Object> settings = new HashMap<>();

  <T> T once(String name, T value) {
    Object earlier = settings.putIfAbsent(name, requireNonNull(value, name));
    if (earlier != null) {
      throw new IllegalArgumentException(name + ": given twice, " + earlier + " and then " + value);
    }
    return value;
  }
}
