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

/** Finds plug-ins on the module path and the class path with {@link ServiceLoader}. */
final class PluginPath {

  /** Limits failures per loader, as {@link ServiceLoader} may fail at the same entry for ever. */
  private static final int MAX_PROBLEMS = 100;

  private final List<ClassLoader> loaders;
  private final Set<Class<?>> builtIn;

  /** Searches the class loader of the pit first, then the other. */
  PluginPath(ClassLoader other, Set<Class<?>> builtIn) {
    loaders = List.of(PluginPath.class.getClassLoader(), other);
    this.builtIn = builtIn;
  }

  <T> List<PluginCandidate<T>> find(PluginKind<T> kind, Consumer<PluginProblem> problems) {
    List<PluginCandidate<T>> found = new ArrayList<>();
    Set<Class<?>> types = new HashSet<>();
    for (ClassLoader loader : new LinkedHashSet<>(loaders)) {
      Iterator<ServiceLoader.Provider<T>> providers =
          ServiceLoader.load(kind.type(), loader).stream().iterator();
      int left = MAX_PROBLEMS;
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

  private <T> PluginCandidate<T> candidate(ServiceLoader.Provider<T> provider) {
    Class<?> type = provider.type();
    return new PluginCandidate<>(
        builtIn.contains(type) ? PluginCandidate.BUILT_IN : PluginCandidate.ON_THE_PATH,
        type.getName(),
        type.getName(),
        provider::get);
  }
}
