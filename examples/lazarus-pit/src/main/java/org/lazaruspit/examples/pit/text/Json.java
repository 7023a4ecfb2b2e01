package org.lazaruspit.examples.pit.text;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes the JSON of the daemon. */
public final class Json {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectWriter PRETTY = MAPPER.writerWithDefaultPrettyPrinter();

  private Json() {}

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /**
   * Reads one document.
   *
   * @throws JacksonException if the document is invalid
   */
  public static JsonNode parse(byte[] document) {
    return MAPPER.readTree(document);
  }

  public static byte[] bytes(JsonNode value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** Returns indented JSON with characters escaped that could steer a terminal. */
  public static String pretty(JsonNode value) {
    return PlainText.escapedJson(PRETTY.writeValueAsString(value));
  }

  /** Returns JSON in one line. */
  public static String text(JsonNode value) {
    return new String(bytes(value), StandardCharsets.UTF_8);
  }

  /** Puts an instant in ISO 8601, or null. */
  public static void put(ObjectNode object, String field, Optional<Instant> time) {
    object.put(field, time.map(Instant::toString).orElse(null));
  }

  /** Returns seconds with a fraction. */
  public static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }
}
