package org.lazaruspit.pit.internal.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON value with its place, so that each problem can name it.
 *
 * @param value a text, number, boolean, null, {@code List<ConfigNode>} or {@code Map<String,
 *     ConfigNode>}
 * @param pointer JSON Pointer (RFC 6901) to the value
 * @param line line, from 1
 * @param column column, from 1
 */
public record ConfigNode(@Nullable Object value, String pointer, int line, int column) {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Parses a document; the nesting depth is bounded by the parser's own limit of 500. */
  public static ConfigNode parse(String document, List<String> problems) {
    try (JsonParser parser = JSON.createParser(document)) {
      if (parser.nextToken() == null) {
        problems.add("the file is empty, expected a JSON object (line 1, column 1)");
        return new ConfigNode(null, "", 1, 1);
      }
      ConfigNode root = read(parser, "");
      if (parser.nextToken() != null) {
        problems.add("more follows after the JSON object" + place(parser.currentTokenLocation()));
      }
      return root;
    } catch (JacksonException e) {
      TokenStreamLocation where = e.getLocation();
      problems.add("not JSON: " + e.getOriginalMessage() + (where == null ? "" : place(where)));
      return new ConfigNode(null, "", 1, 1);
    }
  }

  private static String place(TokenStreamLocation where) {
    return " (line %d, column %d)".formatted(where.getLineNr(), where.getColumnNr());
  }

  private static ConfigNode read(JsonParser parser, String pointer) {
    TokenStreamLocation where = parser.currentTokenLocation();
    Object value =
        switch (parser.currentToken()) {
          case START_OBJECT -> readObject(parser, pointer);
          case START_ARRAY -> readArray(parser, pointer);
          case VALUE_STRING -> parser.getString();
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
          case VALUE_TRUE -> true;
          case VALUE_FALSE -> false;
          default -> null;
        };
    return new ConfigNode(value, pointer, where.getLineNr(), where.getColumnNr());
  }

  private static Map<String, ConfigNode> readObject(JsonParser parser, String pointer) {
    Map<String, ConfigNode> fields = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      String escaped = name.replace("~", "~0").replace("/", "~1");
      fields.put(name, read(parser, pointer + "/" + escaped));
    }
    return Collections.unmodifiableMap(fields);
  }

  private static List<ConfigNode> readArray(JsonParser parser, String pointer) {
    List<ConfigNode> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(read(parser, pointer + "/" + items.size()));
    }
    return Collections.unmodifiableList(items);
  }

  /** Returns the place, for messages. */
  public String place() {
    return "(line %d, column %d, %s)".formatted(line, column, pointer.isEmpty() ? "/" : pointer);
  }

  /** Returns the value, at most 60 characters, for messages. */
  public String found() {
    if (value instanceof Map<?, ?>) {
      return "an object";
    }
    if (value instanceof List<?>) {
      return "a list";
    }
    String text =
        value instanceof String found
            ? '"' + found.replaceAll("\\p{Cntrl}", "?") + '"'
            : String.valueOf(value);
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  /** Returns the value without places, for plug-ins. */
  public @Nullable Object plain() {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> plain = new LinkedHashMap<>();
      map.forEach((name, node) -> plain.put((String) name, ((ConfigNode) node).plain()));
      return Collections.unmodifiableMap(plain);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> plain = new ArrayList<>();
      list.forEach(node -> plain.add(((ConfigNode) node).plain()));
      return Collections.unmodifiableList(plain);
    }
    return value;
  }
}
