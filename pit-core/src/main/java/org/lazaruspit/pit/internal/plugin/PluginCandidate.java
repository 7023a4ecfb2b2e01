package org.lazaruspit.pit.internal.plugin;

import java.util.Comparator;

/**
 * Plug-in that was found and not loaded yet.
 *
 * @param rank rank of the source; of two plug-ins with the same name the lower rank wins
 * @param type name of the class
 * @param label name in problems: the class, and the JAR file if there is one
 * @param maker creates an instance
 */
record PluginCandidate<T>(int rank, String type, String label, Maker<T> maker) {

  static final int BUILT_IN = 0;
  static final int ON_THE_PATH = 1;
  static final int IN_THE_DIRECTORY = 2;

  /** Within a rank, orders by class name, so that every start gives the same result. */
  static final Comparator<PluginCandidate<?>> ORDER =
      Comparator.<PluginCandidate<?>>comparingInt(PluginCandidate::rank)
          .thenComparing(PluginCandidate::type)
          .thenComparing(PluginCandidate::label);

  /** Creates an instance; may throw anything that code of a plug-in throws. */
  interface Maker<T> {
    T make() throws ReflectiveOperationException;
  }
}
