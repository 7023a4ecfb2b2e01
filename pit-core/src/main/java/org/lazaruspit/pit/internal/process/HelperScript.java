package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Scripts of long-lived helper programs, kept as resources beside this class. */
final class HelperScript {

  private HelperScript() {}

  /** Returns the text of a script. */
  static String read(String name) {
    try (InputStream script = HelperScript.class.getResourceAsStream(name)) {
      if (script == null) {
        throw new IllegalStateException("resource " + name + " is missing");
      }
      return new String(script.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("resource " + name + " cannot be read", e);
    }
  }
}
