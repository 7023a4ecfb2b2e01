package org.lazaruspit.examples.pit.service;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.lazaruspit.examples.pit.control.CurrentPit;
import org.lazaruspit.examples.pit.control.FirstRound;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitBuilder;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitListener;

/** Builds the pits of a daemon: the first, and one for each reload, with the same listeners. */
public record PitFactory(boolean dryRun, List<PitListener> listeners) {

  public PitFactory {
    listeners = List.copyOf(listeners);
  }

  /** Builds a pit and does not start it: leaves the fleet untouched. */
  public CurrentPit.Work make(PitConfig config) throws IOException {
    if (!Files.isDirectory(config.missionsPath())) {
      throw new IOException(
          "missions_path: %s is not a directory: create it, or set another one"
              .formatted(config.missionsPath()));
    }
    FirstRound first = new FirstRound();
    PitBuilder builder = LazarusPit.builder(config).listener(first);
    listeners.forEach(builder::listener);
    return new CurrentPit.Work(config, (dryRun ? builder.dryRun() : builder).build(), first);
  }
}
