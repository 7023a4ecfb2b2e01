package org.lazaruspit.pit.internal.plugin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PluginProblem;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plug-ins that a pit can use: on the module path and the class path, and in the plug-in directory.
 * An instance from code wins over these. Thread-safe.
 */
public final class Plugins implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Plugins.class);

  private final PitConfig config;
  private final Set<Class<?>> builtIn;
  private final List<PluginProblem> problems = new CopyOnWriteArrayList<>();
  private final Optional<PluginDirectory> directory;
  private final Map<PluginKind<?>, PluginRegistry<?>> registries;
  private final Set<String> namesFromCode = new ConcurrentSkipListSet<>();
  private final List<Runnable> whenClosed = new CopyOnWriteArrayList<>();

  private Plugins(PitConfig config, ClassLoader loader, Set<Class<?>> builtIn) {
    this.config = config;
    this.builtIn = Set.copyOf(builtIn);
    PluginPath path = new PluginPath(loader, builtIn);
    directory = config.pluginDirectory().map(folder -> PluginDirectory.open(folder, this::problem));
    registries =
        Map.of(
            PluginKind.PROBE, load(PluginKind.PROBE, path),
            PluginKind.REVIVER, load(PluginKind.REVIVER, path),
            PluginKind.OWNERSHIP, load(PluginKind.OWNERSHIP, path));
  }

  /**
   * Finds plug-ins with the context class loader of the current thread.
   *
   * @param builtIn classes that win over others of the same name, and are called without limits
   */
  public static Plugins find(PitConfig config, Set<Class<?>> builtIn) {
    @Nullable ClassLoader context = Thread.currentThread().getContextClassLoader();
    return find(config, context == null ? ClassLoader.getSystemClassLoader() : context, builtIn);
  }

  static Plugins find(PitConfig config, ClassLoader loader, Set<Class<?>> builtIn) {
    return new Plugins(config, loader, builtIn);
  }

  private <T> PluginRegistry<T> load(PluginKind<T> kind, PluginPath path) {
    List<PluginCandidate<T>> candidates = new ArrayList<>(path.find(kind, this::problem));
    directory.ifPresent(jars -> candidates.addAll(jars.find(kind, this::problem)));
    return PluginRegistry.of(kind, candidates, this::problem);
  }

  private void problem(PluginProblem problem) {
    problems.add(problem);
    log.warn("plug-in {}", problem);
  }

  /** Returns the guarded probe to use; {@link #close} closes it. */
  public HealthProbe probe(@Nullable HealthProbe fromCode) {
    HealthProbe chosen =
        fromCode == null
            ? find(PluginKind.PROBE, config.probe())
            : fromCode(PluginKind.PROBE, fromCode);
    HealthProbe guarded =
        new GuardedProbe(
            chosen,
            PluginRegistry.nameOf(PluginKind.PROBE, chosen),
            PluginLimits.DEFAULT,
            mode(chosen));
    whenClosed.add(guarded::close);
    return guarded;
  }

  /** Returns the guarded reviver to use; the caller closes it. */
  public FencedReviver reviver(@Nullable Reviver fromCode) {
    Reviver chosen =
        fromCode == null
            ? find(PluginKind.REVIVER, config.reviver())
            : fromCode(PluginKind.REVIVER, fromCode);
    return new GuardedReviver(
        chosen,
        PluginRegistry.nameOf(PluginKind.REVIVER, chosen),
        PluginLimits.DEFAULT,
        mode(chosen));
  }

  /** Returns the guarded ownership to use; {@link #close} closes it. */
  public CellOwnership ownership(@Nullable CellOwnership fromCode) {
    CellOwnership chosen =
        fromCode == null
            ? find(PluginKind.OWNERSHIP, config.ownership())
            : fromCode(PluginKind.OWNERSHIP, fromCode);
    CellOwnership guarded =
        new GuardedOwnership(
            chosen,
            PluginRegistry.nameOf(PluginKind.OWNERSHIP, chosen),
            PluginLimits.DEFAULT,
            mode(chosen));
    whenClosed.add(guarded::close);
    return guarded;
  }

  private PluginCalls.Mode mode(Object plugin) {
    return builtIn.contains(plugin.getClass()) ? PluginCalls.Mode.DIRECT : PluginCalls.Mode.LIMITED;
  }

  /** Returns the plug-in of this name, with its settings applied. */
  <T> T find(PluginKind<T> kind, String name) {
    return of(kind).configured(name, settings(name));
  }

  Set<String> names(PluginKind<?> kind) {
    return of(kind).names();
  }

  /** Unchecked: the map holds per kind the registry of that kind. */
  @SuppressWarnings("unchecked")
  private <T> PluginRegistry<T> of(PluginKind<T> kind) {
    return (PluginRegistry<T>) Objects.requireNonNull(registries.get(kind));
  }

  private <T> T fromCode(PluginKind<T> kind, T instance) {
    String name = PluginRegistry.nameOf(kind, instance);
    namesFromCode.add(name);
    if (config.plugins().containsKey(name)) {
      problem(
          new PluginProblem(
              name, "is set by code; its settings in the configuration are not used"));
    }
    return instance;
  }

  private Settings settings(String name) {
    return new Settings(config.plugins().getOrDefault(name, Map.of()), config.stateDirectory());
  }

  /** Reports settings without a plug-in; called after the plug-ins are chosen. */
  public void reportUnusedSettings() {
    Set<String> names = new TreeSet<>(namesFromCode);
    registries.values().forEach(found -> names.addAll(found.names()));
    for (String name : new TreeSet<>(config.plugins().keySet())) {
      if (!names.contains(name)) {
        problem(
            new PluginProblem(
                name, "has settings, but no such plug-in exists, expected one of " + names));
      }
    }
  }

  public List<PluginProblem> problems() {
    return List.copyOf(problems);
  }

  /** Closes the probe and the ownership, then their class loader. */
  @Override
  public void close() {
    whenClosed.forEach(Runnable::run);
    whenClosed.clear();
    directory.ifPresent(
        jars -> {
          try {
            jars.close();
          } catch (IOException e) {
            log.warn("plug-in directory could not be closed: {}", e.getMessage());
          }
        });
  }
}
