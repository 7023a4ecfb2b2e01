package org.lazaruspit.cell.internal.json;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Writes JSON in one canonical form: two spaces a level, a field a line, arrays of plain values on
 * one line, a line feed at the end. Equal values give equal bytes.
 */
public final class JsonText {
  private static final int MAX_QUOTE = 80;

  private final StringBuilder out = new StringBuilder(512);

  private JsonText() {}

  public static byte[] bytes(Json value) {
    JsonText text = new JsonText();
    text.value(value, 0);
    text.out.append('\n');
    return text.out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns a value for a message: on one line and shortened. */
  static String quote(Json value) {
    if (value instanceof Json.Obj object) {
      return object.fields().isEmpty() ? "{}" : "an object";
    }
    if (value instanceof Json.Arr array) {
      return array.items().isEmpty() ? "[]" : "an array";
    }
    JsonText text = new JsonText();
    text.value(value, 0);
    return shorten(text.out.toString());
  }

  public static String shorten(String text) {
    if (text.length() <= MAX_QUOTE) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_QUOTE - 1)) ? MAX_QUOTE - 1 : MAX_QUOTE;
    return text.substring(0, end) + "...";
  }

  private void value(Json value, int depth) {
    if (value instanceof Json.Obj object) {
      object(object.fields(), depth);
    } else if (value instanceof Json.Arr array) {
      array(array.items(), depth);
    } else if (value instanceof Json.Text text) {
      string(text.value());
    } else if (value instanceof Json.Num number) {
      out.append(number.text());
    } else if (value instanceof Json.Bool bool) {
      out.append(bool.value());
    } else {
      out.append("null");
    }
  }

  private void object(Map<String, Json> fields, int depth) {
    if (fields.isEmpty()) {
      out.append("{}");
      return;
    }
    out.append('{');
    Iterator<Map.Entry<String, Json>> all = fields.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Json> field = all.next();
      newLine(depth + 1);
      string(field.getKey());
      out.append(": ");
      value(field.getValue(), depth + 1);
      if (all.hasNext()) {
        out.append(',');
      }
    }
    newLine(depth);
    out.append('}');
  }

  private void array(List<Json> items, int depth) {
    boolean inline = items.stream().noneMatch(JsonText::isContainer);
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        out.append(inline ? ", " : ",");
      }
      if (!inline) {
        newLine(depth + 1);
      }
      value(items.get(i), depth + 1);
    }
    if (!inline) {
      newLine(depth);
    }
    out.append(']');
  }

  private static boolean isContainer(Json value) {
    return value instanceof Json.Obj || value instanceof Json.Arr;
  }

  private void newLine(int depth) {
    out.append('\n');
    for (int i = 0; i < depth; i++) {
      out.append("  ");
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c < 0x20 || c == 0x7f || isLoneSurrogate(text, i)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /** Finds lone surrogates, which have no UTF-8 form and are escaped. */
  private static boolean isLoneSurrogate(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }
}
