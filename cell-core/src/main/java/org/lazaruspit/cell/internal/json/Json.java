package org.lazaruspit.cell.internal.json;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON value with the order of its fields and the text of its numbers, so that unknown fields
 * survive a rewrite to the digit.
 */
public sealed interface Json {

  /** An object; the map is a mutable {@link LinkedHashMap}. */
  record Obj(Map<String, Json> fields) implements Json {
    public Obj() {
      this(new LinkedHashMap<>());
    }

    public @Nullable Json get(String name) {
      return fields.get(name);
    }

    public Obj put(String name, Json value) {
      fields.put(name, value);
      return this;
    }

    public Obj put(String name, String text) {
      return put(name, new Text(text));
    }

    public Obj put(String name, long number) {
      return put(name, new Num(Long.toString(number)));
    }

    Obj put(String name, boolean value) {
      return put(name, new Bool(value));
    }

    Obj put(String name, List<String> texts) {
      return put(name, new Arr(texts.stream().<Json>map(Text::new).toList()));
    }

    Obj putOrNull(String name, @Nullable String text) {
      return put(name, text == null ? Null.NULL : new Text(text));
    }

    Obj putIfPresent(String name, @Nullable String text) {
      return text == null ? this : put(name, text);
    }
  }

  /** An array. */
  record Arr(List<Json> items) implements Json {}

  /** A string. */
  record Text(String value) implements Json {}

  /** A number, as it was written. */
  record Num(String text) implements Json {}

  /** A truth value. */
  record Bool(boolean value) implements Json {}

  /** Null. */
  enum Null implements Json {
    NULL
  }
}
