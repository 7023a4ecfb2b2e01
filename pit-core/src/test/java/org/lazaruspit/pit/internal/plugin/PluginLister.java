package org.lazaruspit.pit.internal.plugin;

import java.nio.file.Path;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.internal.loop.BuiltInPlugins;

/**
 * Prints the plug-ins that a pit in a separate JVM finds on its class path and in a plug-in
 * directory.
 */
final class PluginLister {

  private PluginLister() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    PitConfig config = PitConfig.builder(folder).pluginDirectory(folder).build();
    try (Plugins plugins = Plugins.find(config, BuiltInPlugins.TYPES)) {
      System.out.println("named module: " + LazarusPit.class.getModule().isNamed());
      System.out.println(plugins.names(PluginKind.PROBE));
      plugins.problems().forEach(System.out::println);
    }
  }
}
