package org.lazaruspit.examples.mcp;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;

/** Reads and writes the JSON of this server. */
final class Json {

  static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  /** Returns a map in the order of the names; an absent value becomes JSON's null. */
  static Map<String, Object> object(@Nullable Object... namesAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.put(String.valueOf(namesAndValues[i]), value(namesAndValues[i + 1]));
    }
    return object;
  }

  private static Object value(@Nullable Object given) {
    Object value = given instanceof Optional<?> it ? it.orElse(null) : given;
    if (value == null) {
      return NullNode.getInstance();
    }
    return value instanceof Instant || value instanceof UUID ? value.toString() : value;
  }

  static JsonNode parse(byte[] bytes, String from) throws IOException {
    try {
      return MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      throw new IOException(from + ": invalid JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns the node as a value of a result; a missing node becomes JSON's null. */
  static Object plain(JsonNode node) {
    return node.isMissingNode() ? NullNode.getInstance() : node;
  }

  /** Converts a time in seconds since the epoch. */
  static Optional<Instant> instant(JsonNode seconds) {
    return seconds.isNumber()
        ? Optional.of(Instant.ofEpochMilli(Math.round(seconds.asDouble() * 1000)))
        : Optional.empty();
  }
}
