package org.lazaruspit.pit;

import java.util.Objects;

/**
 * Why a plug-in, or a setting for one, is not used. It hurts no other plug-in. Immutable and
 * thread-safe.
 *
 * @param plugin which: its name where that is known, else its class, its JAR file or its folder
 * @param detail what was found and what was expected, for people
 */
public record PluginProblem(String plugin, String detail) {

  /** Checks that both are there. */
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
