package org.lazaruspit.heartbeat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Metadata of an agent: immutable JSON-like values, limited by their size as compact JSON in UTF-8.
 */
final class Metadata {
  /** Deeper than sensible metadata, and shallow enough to detect a map that contains itself. */
  private static final int MAX_DEPTH = 32;

  private final int limit;
  private long size;

  private Metadata(int limit) {
    this.limit = limit;
  }

  /** Thrown if metadata is refused; the reason names the given and the expected value. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    Refused(String reason) {
      super(reason, null, false, false);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /** Returns an immutable copy of the values with the changes applied; null deletes a key. */
  static Map<String, Object> merge(
      Map<String, Object> values, Map<String, ? extends @Nullable Object> changes, int limit)
      throws Refused {
    if (changes.isEmpty()) {
      return values;
    }
    Map<String, Object> merged = new LinkedHashMap<>(values);
    for (Map.Entry<String, ? extends @Nullable Object> change : changes.entrySet()) {
      if (!((Object) change.getKey() instanceof String)) {
        throw new Refused("metadata: key " + change.getKey() + " is not a text");
      }
      Object value = change.getValue();
      if (value == null) {
        merged.remove(change.getKey());
      } else {
        merged.put(change.getKey(), value);
      }
    }
    return new Metadata(limit).copyOf(merged, 0);
  }

  private Map<String, Object> copyOf(Map<?, ?> values, int depth) throws Refused {
    Map<String, Object> copy = new LinkedHashMap<>();
    grow(2);
    for (Map.Entry<?, ?> entry : values.entrySet()) {
      if (!(entry.getKey() instanceof String key)) {
        throw new Refused("metadata: key " + entry.getKey() + " is not a text");
      }
      grow(jsonSize(key) + (copy.isEmpty() ? 1 : 2));
      put(copy, key, value(entry.getValue(), depth + 1));
    }
    return copy.isEmpty() ? Map.of() : Collections.unmodifiableMap(copy);
  }

  /** Keeps null inside a nested list or map; null deletes at the top level only. */
  @SuppressWarnings("NullAway")
  private static void put(Map<String, Object> map, String key, @Nullable Object value) {
    map.put(key, value);
  }

  private @Nullable Object value(@Nullable Object value, int depth) throws Refused {
    if (depth > MAX_DEPTH) {
      throw new Refused("metadata: nested deeper than " + MAX_DEPTH);
    }
    if (value == null || value instanceof Boolean) {
      grow(Boolean.FALSE.equals(value) ? 5 : 4);
    } else if (value instanceof String text) {
      grow(jsonSize(text));
    } else if (value instanceof Number number) {
      Number frozen = number(number);
      grow(frozen.toString().length());
      return frozen;
    } else if (value instanceof List<?> list) {
      return copyOf(list, depth);
    } else if (value instanceof Map<?, ?> map) {
      return copyOf(map, depth);
    } else {
      throw new Refused(
          "metadata: "
              + value.getClass().getName()
              + " is not a text, number, boolean, list or map");
    }
    return value;
  }

  private List<@Nullable Object> copyOf(List<?> values, int depth) throws Refused {
    List<@Nullable Object> copy = new ArrayList<>();
    grow(2);
    for (Object element : values) {
      grow(copy.isEmpty() ? 0 : 1);
      copy.add(value(element, depth + 1));
    }
    return Collections.unmodifiableList(copy);
  }

  private static Number number(Number number) throws Refused {
    try {
      return Numbers.frozen(number);
    } catch (NumberFormatException e) {
      throw new Refused("metadata: " + number + " is not a number of JSON");
    }
  }

  private void grow(long bytes) throws Refused {
    size += bytes;
    if (size > limit) {
      throw new Refused("metadata: more than " + limit + " bytes as JSON");
    }
  }

  private static long jsonSize(String text) {
    long bytes = 2;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20) {
        bytes += 6;
      } else if (c < 0x80) {
        bytes += c == '"' || c == '\\' ? 2 : 1;
      } else {
        // A surrogate pair has four bytes, two for each half.
        bytes += c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
      }
    }
    return bytes;
  }
}
