package org.lazaruspit.heartbeat.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes compact JSON in UTF-8. Any text can be written: an unpaired surrogate, which UTF-8 cannot
 * encode, is escaped, so that one agent's data cannot break a response with all agents. For the
 * same reason a number that JSON cannot express becomes null. The caller alternates names and
 * values. Not thread-safe.
 */
final class JsonWriter implements AutoCloseable {

  /** Room for the longest token written without a check: an escape or a number. */
  private static final int SPARE = 40;

  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
  private static final byte[] NULL = "null".getBytes(US_ASCII);
  private static final byte[] TRUE = "true".getBytes(US_ASCII);
  private static final byte[] FALSE = "false".getBytes(US_ASCII);

  /** Characters that need no escape. */
  private static final boolean[] PLAIN = new boolean[0x80];

  static {
    Arrays.fill(PLAIN, ' ', PLAIN.length, true);
    PLAIN['"'] = false;
    PLAIN['\\'] = false;
  }

  private final OutputStream out;
  private final byte[] buffer;
  private int filled;
  private boolean separate;

  private JsonWriter(OutputStream out, int buffer) {
    this.out = out;
    this.buffer = new byte[buffer];
  }

  /** Creates a writer for small output or output to memory. */
  JsonWriter(OutputStream out) {
    this(out, 512);
  }

  /** Creates a writer for large output with expensive writes. */
  static JsonWriter large(OutputStream out) {
    return new JsonWriter(out, 8_192);
  }

  /** Encoded name of a field, with quotes and colon. */
  static final class Name {
    private final byte[] bytes;

    Name(String name) {
      this.bytes = ('"' + name + "\":").getBytes(US_ASCII);
    }

    Name(String name, String text) {
      this.bytes = ('"' + name + "\":\"" + text + '"').getBytes(US_ASCII);
    }
  }

  JsonWriter start() {
    return open('{');
  }

  JsonWriter end() {
    return close('}');
  }

  private JsonWriter open(char bracket) {
    value();
    put(bracket);
    separate = false;
    return this;
  }

  private JsonWriter close(char bracket) {
    room();
    put(bracket);
    separate = true;
    return this;
  }

  /** Writes an encoded name. */
  JsonWriter name(Name name) {
    value();
    ascii(name.bytes);
    separate = false;
    return this;
  }

  /** Writes an encoded name with its text. */
  JsonWriter known(Name nameAndText) {
    value();
    ascii(nameAndText.bytes);
    return this;
  }

  /** Writes a name, which may be any text. */
  JsonWriter name(String name) {
    value();
    quoted(name);
    put(':');
    separate = false;
    return this;
  }

  JsonWriter text(@Nullable String text) {
    value();
    if (text == null) {
      ascii(NULL);
    } else {
      quoted(text);
    }
    return this;
  }

  JsonWriter number(long number) {
    value();
    digits(number);
    return this;
  }

  /** Writes seconds since the epoch, with microseconds. */
  JsonWriter seconds(@Nullable Instant instant) {
    value();
    if (instant == null) {
      ascii(NULL);
    } else {
      decimal(instant.getEpochSecond(), instant.getNano() / 1_000 * 1_000);
    }
    return this;
  }

  JsonWriter seconds(@Nullable Duration duration) {
    value();
    if (duration == null) {
      ascii(NULL);
    } else {
      decimal(duration.getSeconds(), duration.getNano());
    }
    return this;
  }

  /** Writes a value of metadata: text, number, boolean, null, and maps and lists of them. */
  JsonWriter any(@Nullable Object value) {
    if (value instanceof String text) {
      text(text);
    } else if (value instanceof Map<?, ?> map) {
      open('{');
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        name(String.valueOf(entry.getKey())).any(entry.getValue());
      }
      close('}');
    } else if (value instanceof Iterable<?> list) {
      open('[');
      for (Object element : list) {
        any(element);
      }
      close(']');
    } else if (value instanceof Number number) {
      any(number);
    } else if (value instanceof Boolean truth) {
      value();
      ascii(truth ? TRUE : FALSE);
    } else {
      text(value == null ? null : value.toString());
    }
    return this;
  }

  private void any(Number number) {
    if (number instanceof Integer
        || number instanceof Long
        || number instanceof Short
        || number instanceof Byte) {
      number(number.longValue());
      return;
    }
    String text = number instanceof BigDecimal decimal ? decimal.toString() : number.toString();
    boolean json = !text.isEmpty() && text.charAt(text.length() - 1) <= '9';
    value();
    ascii(json ? text.getBytes(US_ASCII) : NULL);
  }

  /** Writes the separator before a value, if needed. */
  private void value() {
    room();
    if (separate) {
      put(',');
    }
    separate = true;
  }

  private void quoted(String text) {
    put('"');
    int length = text.length();
    int i = 0;
    while (i < length) {
      room();
      i = plain(text, i);
      if (i < length) {
        room();
        i = special(text, i);
      }
    }
    room();
    put('"');
  }

  /** Writes characters without escape, up to the room in the buffer; returns the end. */
  private int plain(String text, int from) {
    byte[] bytes = buffer;
    int at = filled;
    int end = Math.min(text.length(), from + bytes.length - at);
    int i = from;
    for (; i < end; i++) {
      char c = text.charAt(i);
      if (c >= PLAIN.length || !PLAIN[c]) {
        break;
      }
      bytes[at++] = (byte) c;
    }
    filled = at;
    return i;
  }

  /** Writes an escaped or multi-byte character; returns the index of the next character. */
  private int special(String text, int i) {
    char c = text.charAt(i);
    if (c < 0x80) {
      ascii(c);
    } else if (c < 0x800) {
      put(0xc0 | (c >> 6));
      put(0x80 | (c & 0x3f));
    } else if (!Character.isSurrogate(c)) {
      put(0xe0 | (c >> 12));
      put(0x80 | ((c >> 6) & 0x3f));
      put(0x80 | (c & 0x3f));
    } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
      pair(Character.toCodePoint(c, text.charAt(i + 1)));
      return i + 2;
    } else {
      unicode(c);
    }
    return i + 1;
  }

  private void pair(int point) {
    put(0xf0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3f));
    put(0x80 | ((point >> 6) & 0x3f));
    put(0x80 | (point & 0x3f));
  }

  private void ascii(char c) {
    switch (c) {
      case '"', '\\' -> {
        put('\\');
        put(c);
      }
      case '\n' -> {
        put('\\');
        put('n');
      }
      default -> {
        if (PLAIN[c]) {
          put(c);
        } else {
          unicode(c);
        }
      }
    }
  }

  private void unicode(char c) {
    put('\\');
    put('u');
    for (int shift = 12; shift >= 0; shift -= 4) {
      put(HEX[(c >> shift) & 0xf]);
    }
  }

  /** Writes whole seconds and a positive fraction, as in java.time, as a decimal number. */
  private void decimal(long whole, int nanos) {
    int fraction = nanos;
    if (whole < 0) {
      put('-');
      fraction = nanos == 0 ? 0 : 1_000_000_000 - nanos;
      digits(nanos == 0 ? -whole : -whole - 1);
    } else {
      digits(whole);
    }
    if (fraction > 0) {
      put('.');
      for (int unit = 100_000_000; fraction > 0; unit /= 10) {
        put('0' + fraction / unit);
        fraction %= unit;
      }
    }
  }

  private void digits(long number) {
    if (number < 0) {
      ascii(Long.toString(number).getBytes(US_ASCII));
      return;
    }
    int length = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      length++;
    }
    long rest = number;
    for (int i = filled + length - 1; i >= filled; i--) {
      buffer[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    filled += length;
  }

  private void ascii(byte[] bytes) {
    if (filled + bytes.length > buffer.length - SPARE) {
      flush();
      if (bytes.length > buffer.length - SPARE) {
        write(bytes, bytes.length);
        return;
      }
    }
    System.arraycopy(bytes, 0, buffer, filled, bytes.length);
    filled += bytes.length;
  }

  private void room() {
    if (filled > buffer.length - SPARE) {
      flush();
    }
  }

  private void put(int b) {
    buffer[filled++] = (byte) b;
  }

  /** Writes the buffer to the target. */
  void flush() {
    write(buffer, filled);
    filled = 0;
  }

  private void write(byte[] bytes, int length) {
    try {
      out.write(bytes, 0, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the buffer to the target; the target stays open. */
  @Override
  public void close() {
    flush();
  }
}
