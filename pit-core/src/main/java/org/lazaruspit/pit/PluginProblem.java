package org.lazaruspit.pit;

import java.util.Objects;

/**
 * Problem with a plug-in, or with a setting of a plug-in, which is therefore not used. Other
 * plug-ins are not affected. Immutable and thread-safe.
 *
 * @param plugin the plug-in's name if known, else its class, its JAR file or its directory
 * @param detail the problem and the expectation, as text
 */
public record PluginProblem(String plugin, String detail) {

  /** Rejects null components. */
  @SuppressWarnings("doclint:missing") // the record says it
  public PluginProblem {
    Objects.requireNonNull(plugin, "plugin");
    Objects.requireNonNull(detail, "detail");
  }

  @Override
  public String toString() {
    return plugin + ": " + detail;
  }
}
