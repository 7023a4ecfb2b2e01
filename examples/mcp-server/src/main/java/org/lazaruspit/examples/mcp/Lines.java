package org.lazaruspit.examples.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads lines that nobody promised would ever end. */
final class Lines {

  /** What a line may have: more than any tool takes. */
  static final int MAX_BYTES = 1 << 20;

  private final InputStream in;

  Lines(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /**
   * A line without its end.
   *
   * @param text what it says; empty for one that is too long
   * @param tooLong whether it was read and thrown away
   */
  record Line(String text, boolean tooLong) {}

  /** The next line, or null at the end of the input; half a line before that is one. */
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
