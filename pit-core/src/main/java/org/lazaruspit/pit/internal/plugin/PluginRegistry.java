package org.lazaruspit.pit.internal.plugin;

import java.lang.reflect.InvocationTargetException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.PluginProblem;
import org.lazaruspit.pit.spi.Settings;

/**
 * Plug-ins of one kind, by name. A plug-in that fails to load becomes a problem and affects no
 * other. Immutable.
 */
final class PluginRegistry<T> {

  /** A name is also a directory below the state directory, and must not lead out of it. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private final PluginKind<T> kind;
  private final Map<String, T> byName;

  private PluginRegistry(PluginKind<T> kind, Map<String, T> byName) {
    this.kind = kind;
    this.byName = Collections.unmodifiableMap(byName);
  }

  static <T> PluginRegistry<T> of(
      PluginKind<T> kind, List<PluginCandidate<T>> candidates, Consumer<PluginProblem> problems) {
    Map<String, T> byName = new TreeMap<>();
    Map<String, String> labels = new TreeMap<>();
    for (PluginCandidate<T> candidate :
        candidates.stream().sorted(PluginCandidate.ORDER).toList()) {
      try {
        T instance = candidate.maker().make();
        String name = nameOf(kind, instance);
        String winner = labels.putIfAbsent(name, candidate.label());
        if (winner == null) {
          byName.put(name, instance);
        } else {
          throw new IllegalArgumentException(
              "there is already a %s \"%s\", %s".formatted(kind.word(), name, winner));
        }
      } catch (Throwable e) {
        problems.accept(problem(kind, candidate.label(), e));
      }
    }
    return new PluginRegistry<>(kind, byName);
  }

  /**
   * Returns the name of an instance.
   *
   * @throws IllegalArgumentException if the name is invalid
   */
  static <T> String nameOf(PluginKind<T> kind, T instance) {
    @Nullable String name = kind.name().apply(instance);
    if (name == null || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "its name is %s, expected lower-case letters, digits, '.', '_' or '-'"
              .formatted(name == null ? "null" : '"' + name.replaceAll("\\p{Cntrl}", "?") + '"'));
    }
    return name;
  }

  static PluginProblem problem(PluginKind<?> kind, String label, Throwable thrown) {
    FatalErrors.rethrowIfFatal(thrown);
    return new PluginProblem(label, "this " + kind.word() + " is not used: " + describe(thrown));
  }

  private static String describe(Throwable thrown) {
    Throwable cause = thrown.getCause();
    if (cause != null
        && (thrown instanceof InvocationTargetException
            || thrown instanceof ServiceConfigurationError
            || thrown instanceof ExceptionInInitializerError)) {
      return describe(cause);
    }
    return thrown instanceof IllegalArgumentException && thrown.getMessage() != null
        ? thrown.getMessage()
        : thrown.toString();
  }

  Set<String> names() {
    return byName.keySet();
  }

  T named(String name) {
    T found = byName.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "there is no %s \"%s\", expected one of %s".formatted(kind.word(), name, names()));
    }
    return found;
  }

  /**
   * Returns the plug-in of this name, with these settings applied.
   *
   * @throws IllegalArgumentException if no plug-in has this name, or it refuses its settings or
   *     fails
   */
  T configured(String name, Settings settings) {
    T instance = named(name);
    try {
      @Nullable T configured = kind.configure().apply(instance, settings);
      if (configured == null) {
        throw new IllegalArgumentException("it returned null for an instance");
      }
      String configuredName = nameOf(kind, configured);
      if (!configuredName.equals(name)) {
        throw new IllegalArgumentException(
            "it changes its name to \"" + configuredName + "\" with its settings");
      }
      return configured;
    } catch (Throwable e) {
      FatalErrors.rethrowIfFatal(e);
      throw new IllegalArgumentException(
          "%s %s cannot be set up: %s".formatted(kind.word(), name, describe(e)), e);
    }
  }
}
