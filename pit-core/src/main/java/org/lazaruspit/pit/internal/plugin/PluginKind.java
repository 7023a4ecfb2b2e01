package org.lazaruspit.pit.internal.plugin;

import java.util.function.BiFunction;
import java.util.function.Function;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.Settings;

/**
 * Interface that a plug-in may implement. Immutable.
 *
 * @param word name in messages
 * @param type the interface
 * @param name returns the name of an instance
 * @param configure returns an instance with settings applied
 */
record PluginKind<T>(
    String word, Class<T> type, Function<T, String> name, BiFunction<T, Settings, T> configure) {

  static final PluginKind<HealthProbe> PROBE =
      new PluginKind<>(
          "health probe", HealthProbe.class, HealthProbe::name, HealthProbe::configured);

  static final PluginKind<Reviver> REVIVER =
      new PluginKind<>("reviver", Reviver.class, Reviver::name, Reviver::configured);

  static final PluginKind<CellOwnership> OWNERSHIP =
      new PluginKind<>(
          "cell ownership", CellOwnership.class, CellOwnership::name, CellOwnership::configured);
}
