package org.lazaruspit.pit.internal.isolation;

import java.util.Optional;
import org.lazaruspit.pit.spi.Settings;

/**
 * What the operator says about isolated agents, from the reviver's settings.
 *
 * @param openFiles how many files each of an agent's processes may hold open, {@code open_files}
 * @param processes how many processes and threads an agent may have, {@code processes}
 * @param image the image that {@code level_3} agents run in, {@code image}
 */
record IsolationLimits(long openFiles, long processes, Optional<String> image) {

  static final IsolationLimits DEFAULTS = new IsolationLimits(4096, 4096, Optional.empty());

  private static final long MOST = 1_048_576;

  static IsolationLimits from(Settings settings) {
    return new IsolationLimits(
        number(settings, "open_files", 16, DEFAULTS.openFiles),
        number(settings, "processes", 1, DEFAULTS.processes),
        settings.text("image").map(IsolationLimits::image));
  }

  private static long number(Settings settings, String name, long least, long unsaid) {
    long number = settings.number(name).orElse(unsaid);
    if (number < least || number > MOST) {
      throw new IllegalArgumentException(
          "setting %s: %d is not between %d and %d".formatted(name, number, least, MOST));
    }
    return number;
  }

  /** What looks like an option would become one on podman's command line. */
  private static String image(String name) {
    if (name.isBlank() || name.startsWith("-")) {
      throw new IllegalArgumentException("setting image: '" + name + "' is no image's name");
    }
    return name;
  }
}
