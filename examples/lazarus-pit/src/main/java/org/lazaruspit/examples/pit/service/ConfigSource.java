package org.lazaruspit.examples.pit.service;

import java.io.IOException;
import org.lazaruspit.pit.PitConfig;

/** Source of the daemon's configuration, at its start and at each reload. */
@FunctionalInterface
public interface ConfigSource {

  /**
   * Reads the configuration as it is now.
   *
   * @throws IOException if the configuration cannot be read or has problems
   */
  PitConfig load() throws IOException;
}
