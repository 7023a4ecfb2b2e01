package org.lazaruspit.examples.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads lines of bounded length. */
final class LineReader {

  /** Maximum length of a line; more than any tool accepts. */
  static final int MAX_BYTES = 1 << 20;

  private final InputStream in;

  LineReader(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /**
   * A line without its terminator.
   *
   * @param text the text; empty if the line is too long
   * @param tooLong whether the line was longer than {@link #MAX_BYTES} and is discarded
   */
  record Line(String text, boolean tooLong) {}

  /** Returns the next line, or null at the end of the input; the last line needs no terminator. */
  @Nullable Line next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    int length = 0;
    int next = in.read();
    if (next < 0) {
      return null;
    }
    for (; next >= 0 && next != '\n'; next = in.read()) {
      if (length < MAX_BYTES) {
        line.write(next);
      }
      length = Math.min(length + 1, MAX_BYTES + 1);
    }
    return length > MAX_BYTES ? new Line("", true) : new Line(line.toString(UTF_8), false);
  }
}
