package org.lazaruspit.pit.internal.plugin;

import java.util.Comparator;

/**
 * A plug-in that was found and not looked at yet.
 *
 * @param rank where it comes from: the lower wins where two have one name
 * @param type its class
 * @param label how problems call it: its class, and its JAR file where it is from one
 * @param maker makes an instance
 */
record PluginCandidate<T>(int rank, String type, String label, Maker<T> maker) {

  static final int BUILT_IN = 0;
  static final int ON_THE_PATH = 1;
  static final int IN_THE_DIRECTORY = 2;

  /** Ties within a rank are broken by the class's name, so that every start decides alike. */
  static final Comparator<PluginCandidate<?>> ORDER =
      Comparator.<PluginCandidate<?>>comparingInt(PluginCandidate::rank)
          .thenComparing(PluginCandidate::type)
          .thenComparing(PluginCandidate::label);

  /** May throw whatever somebody else's code throws. */
  interface Maker<T> {
    T make() throws ReflectiveOperationException;
  }
}
