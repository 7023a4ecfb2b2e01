package org.lazaruspit.pit.internal.plugin;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Consumer;
import org.lazaruspit.pit.PluginProblem;

/** Plug-ins on the module path and the class path, found with {@link ServiceLoader}. */
final class PluginPath {

  /** Where even looking fails, the loader may fail at the same place for ever. */
  private static final int MOST_PROBLEMS = 100;

  private static final String BUILT_IN = "org.lazaruspit.pit.internal.";

  private final List<ClassLoader> loaders;

  /** The pit's own class loader, for what comes with it, and then another. */
  PluginPath(ClassLoader other) {
    loaders = List.of(PluginPath.class.getClassLoader(), other);
  }

  <T> List<PluginCandidate<T>> find(PluginKind<T> kind, Consumer<PluginProblem> problems) {
    List<PluginCandidate<T>> found = new ArrayList<>();
    Set<Class<?>> types = new HashSet<>();
    for (ClassLoader loader : new LinkedHashSet<>(loaders)) {
      Iterator<ServiceLoader.Provider<T>> providers =
          ServiceLoader.load(kind.type(), loader).stream().iterator();
      int left = MOST_PROBLEMS;
      while (left > 0) {
        try {
          if (!providers.hasNext()) {
            break;
          }
          ServiceLoader.Provider<T> provider = providers.next();
          if (types.add(provider.type())) {
            found.add(candidate(provider));
          }
        } catch (Throwable e) {
          left--;
          problems.accept(
              PluginRegistry.problem(kind, "a " + kind.word() + " on the class or module path", e));
        }
      }
    }
    return found;
  }

  private static <T> PluginCandidate<T> candidate(ServiceLoader.Provider<T> provider) {
    Class<?> type = provider.type();
    boolean builtIn = type.getName().startsWith(BUILT_IN);
    return new PluginCandidate<>(
        builtIn ? PluginCandidate.BUILT_IN : PluginCandidate.ON_THE_PATH,
        type.getName(),
        type.getName(),
        provider::get);
  }
}
