package org.lazaruspit.examples.pit.service;

import java.io.IOException;
import org.lazaruspit.pit.PitConfig;

/** Where the daemon's configuration comes from: at its start, and at each reload. */
@FunctionalInterface
public interface ConfigSource {

  /**
   * Reads it as it is now.
   *
   * @throws IOException if it cannot be read, or has problems
   */
  PitConfig load() throws IOException;
}
