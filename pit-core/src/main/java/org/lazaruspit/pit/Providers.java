package org.lazaruspit.pit;

import java.util.Iterator;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;
import org.lazaruspit.pit.spi.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plug-ins of one kind, found with {@link ServiceLoader}: by name, and a broken one is one
 * named problem that hurts no other. Immutable.
 */
final class Providers<T> {

  private static final Logger log = LoggerFactory.getLogger(Providers.class);

  private final String kind;
  private final Map<String, T> byName;

  private Providers(String kind, Map<String, T> byName) {
    this.kind = kind;
    this.byName = byName;
  }

  /** The caller hands in the loader, since only it may declare what it uses. */
  static <T> Providers<T> load(String kind, ServiceLoader<T> loader, Function<T, String> name) {
    Map<String, T> found = new TreeMap<>();
    Iterator<ServiceLoader.Provider<T>> providers = loader.stream().iterator();
    while (true) {
      try {
        if (!providers.hasNext()) {
          return new Providers<>(kind, found);
        }
        add(kind, providers.next(), name, found);
      } catch (ServiceConfigurationError | RuntimeException e) {
        log.warn("a {} is broken and not used", kind, e);
      }
    }
  }

  private static <T> void add(
      String kind,
      ServiceLoader.Provider<T> provider,
      Function<T, String> name,
      Map<String, T> found) {
    T instance = provider.get();
    String called = name.apply(instance);
    if (found.putIfAbsent(called, instance) != null) {
      log.warn("{} {} is there twice, {} is not used", kind, called, provider.type().getName());
    }
  }

  T named(String name) {
    T found = byName.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "there is no %s \"%s\", expected one of %s".formatted(kind, name, byName.keySet()));
    }
    return found;
  }

  /** The settings of a plug-in, from the configuration. */
  static Settings settings(PitConfig config, String name) {
    return new Settings(config.plugins().getOrDefault(name, Map.of()), config.stateDirectory());
  }
}
