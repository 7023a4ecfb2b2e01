package org.lazaruspit.cell.internal.json;

import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLimits;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/** Parses bytes into {@link Json}, and locates pointers in the bytes. The only user of Jackson. */
public final class CellJson {
  private static final int BOM_LENGTH = 3;

  /** For agents' own documents, of which at most one text at a time is in memory. */
  private static final JsonFactory ANY_SIZE =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE / 4).build())
          .build();

  private final JsonFactory factory;

  public CellJson(CellLimits limits) {
    int longest = limits.maxFileBytes();
    factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(limits.maxDepth())
                    .maxStringLength(longest)
                    .maxNameLength(longest)
                    .maxNumberLength(1000)
                    .build())
            .build();
  }

  /**
   * Reads one document, which must be an object.
   *
   * @return the object, or null if the findings have an error
   */
  public Json.@Nullable Obj parse(byte[] bytes, Findings findings) {
    int badByte = firstByteThatIsNotText(bytes);
    if (badByte >= 0) {
      findings.errorAt(badByte, String.format("byte 0x%02x", bytes[badByte]), "UTF-8 text");
      return null;
    }
    int start = startsWithMark(bytes) ? BOM_LENGTH : 0;
    if (start > 0) {
      findings.warning("", "a byte order mark", "UTF-8 without a byte order mark");
    }
    try (JsonParser parser =
        factory.createParser(ObjectReadContext.empty(), bytes, start, bytes.length - start)) {
      return document(parser, findings);
    } catch (JacksonException e) {
      findings.errorAt(offset(e, bytes.length), firstLine(e), "well-formed JSON");
      return null;
    }
  }

  private static Json.@Nullable Obj document(JsonParser parser, Findings findings) {
    JsonToken first = parser.nextToken();
    if (first == null) {
      findings.errorAt(0, "an empty document", "an object");
      return null;
    }
    Json value = value(parser, first, findings);
    if (parser.nextToken() != null) {
      int offset = (int) parser.currentTokenLocation().getByteOffset();
      findings.errorAt(offset, "content after the end of the document", "one object");
      return null;
    }
    if (value instanceof Json.Obj object) {
      return object;
    }
    findings.error("", JsonText.quote(value), "an object");
    return null;
  }

  private static Json value(JsonParser parser, JsonToken token, Findings findings) {
    return switch (token) {
      case START_OBJECT -> object(parser, findings);
      case START_ARRAY -> array(parser, findings);
      case VALUE_STRING -> new Json.Text(parser.getString());
      case VALUE_TRUE -> new Json.Bool(true);
      case VALUE_FALSE -> new Json.Bool(false);
      case VALUE_NULL -> Json.Null.NULL;
      default -> new Json.Num(parser.getString());
    };
  }

  private static Json.Obj object(JsonParser parser, Findings findings) {
    Json.Obj object = new Json.Obj();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Json value = value(parser, parser.nextToken(), findings);
      if (object.fields().putIfAbsent(name, value) != null) {
        String parent = parser.streamReadContext().pathAsPointer().toString();
        findings.error(
            parent, "\"" + JsonText.shorten(name) + "\" a second time", "each field once");
      }
    }
    return object;
  }

  private static Json.Arr array(JsonParser parser, Findings findings) {
    List<Json> items = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      items.add(value(parser, token, findings));
    }
    return new Json.Arr(items);
  }

  /**
   * Locates values in a document. A pointer to a missing value is located at the nearest enclosing
   * object; of two fields with the same name the last counts.
   *
   * @return from pointer to byte
   */
  public Map<String, Integer> locate(byte[] bytes, Set<String> pointers) {
    Map<String, Integer> places = new HashMap<>();
    int start = startsWithMark(bytes) ? BOM_LENGTH : 0;
    try (JsonParser parser =
        factory.createParser(ObjectReadContext.empty(), bytes, start, bytes.length - start)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token != JsonToken.PROPERTY_NAME && !token.isStructEnd()) {
          places.put(
              parser.streamReadContext().pathAsPointer().toString(),
              (int) parser.currentTokenLocation().getByteOffset());
        }
      }
    } catch (JacksonException e) {
      // Values before the syntax error are located.
    }
    Map<String, Integer> wanted = new HashMap<>();
    pointers.forEach(pointer -> wanted.put(pointer, nearest(places, pointer)));
    return wanted;
  }

  private static int nearest(Map<String, Integer> places, String pointer) {
    String at = pointer;
    while (!at.isEmpty() && !places.containsKey(at)) {
      at = JsonPointers.parent(at);
    }
    return places.getOrDefault(at, 0);
  }

  /** Returns why a text is not a single JSON document, or null if it is; does not keep the text. */
  public static @Nullable String fault(Reader text) throws IOException {
    try (JsonParser parser = ANY_SIZE.createParser(ObjectReadContext.empty(), text)) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return "the document is empty";
      }
      parser.skipChildren();
      return parser.nextToken() == null ? null : "content after the end of the document";
    } catch (JacksonIOException e) {
      throw e.getCause() == null ? new IOException(e) : e.getCause();
    } catch (JacksonException e) {
      return firstLine(e);
    }
  }

  public static boolean startsWithMark(byte[] bytes) {
    return bytes.length >= BOM_LENGTH
        && bytes[0] == (byte) 0xef
        && bytes[1] == (byte) 0xbb
        && bytes[2] == (byte) 0xbf;
  }

  /**
   * Checks the encoding before Jackson, which guesses UTF-16 and UTF-32 from zero bytes and accepts
   * some malformed UTF-8.
   */
  private static int firstByteThatIsNotText(byte[] bytes) {
    boolean ascii = true;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        return i;
      }
      ascii &= bytes[i] > 0;
    }
    return ascii ? -1 : firstMalformedByte(bytes);
  }

  private static int firstMalformedByte(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      CharBuffer out = CharBuffer.allocate(bytes.length);
      var result = decoder.decode(in, out, true);
      if (result.isError()) {
        result.throwException();
      }
      return -1;
    } catch (CharacterCodingException e) {
      return in.position();
    }
  }

  private static int offset(JacksonException e, int length) {
    var location = e.getLocation();
    long offset = location == null ? -1 : location.getByteOffset();
    return (int) Math.max(0, Math.min(offset, length));
  }

  private static String firstLine(JacksonException e) {
    String message = String.valueOf(e.getOriginalMessage());
    String line = message.lines().findFirst().orElse("");
    return line.length() <= 200 ? line : line.substring(0, 200) + "...";
  }
}
