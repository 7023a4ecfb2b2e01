package org.lazaruspit.pit.internal.isolation;

import java.util.Optional;
import org.lazaruspit.pit.spi.Settings;

/**
 * Limits of isolated agents, from the reviver's settings.
 *
 * @param openFiles the limit on open files of each process, {@code open_files}
 * @param processes the limit on processes and threads of an agent, {@code processes}
 * @param image the image for {@code level_3}, {@code image}
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

  private static long number(Settings settings, String name, long least, long fallback) {
    long number = settings.number(name).orElse(fallback);
    if (number < least || number > MOST) {
      throw new IllegalArgumentException(
          "setting %s: %d is not between %d and %d".formatted(name, number, least, MOST));
    }
    return number;
  }

  /** Refuses names that podman would read as options. */
  private static String image(String name) {
    if (name.isBlank() || name.startsWith("-")) {
      throw new IllegalArgumentException("setting image: '" + name + "' is not an image name");
    }
    return name;
  }
}
