package org.lazaruspit.pit;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.pit.internal.detection.EmbeddedRegistries;
import org.lazaruspit.pit.internal.detection.FallbackHealthRegistry;
import org.lazaruspit.pit.internal.loop.BuiltInPlugins;
import org.lazaruspit.pit.internal.plugin.Plugins;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.Reviver;

/** Sets up a {@link LazarusPit}. Not thread-safe. */
public final class PitBuilder {

  final PitConfig config;
  final List<PitListener> listeners = new ArrayList<>();
  boolean dryRun;
  Runnable afterEachLine = () -> {};
  InstantSource clock = InstantSource.system();
  private final Map<String, HealthRegistry> registries = new LinkedHashMap<>();
  private @Nullable HealthRegistry unlistedRegistry;
  private @Nullable HealthRegistry ownRegistry;
  @Nullable HealthProbe probe;
  @Nullable Reviver reviver;
  @Nullable CellOwnership ownership;

  PitBuilder(PitConfig config) {
    this.config = Objects.requireNonNull(config, "config");
  }

  /**
   * The wall clock, for what people read. Default: the system's.
   *
   * @param source the clock
   * @return this
   */
  public PitBuilder clock(InstantSource source) {
    clock = Objects.requireNonNull(source, "source");
    return this;
  }

  /**
   * The probe that gateways are asked by. Default: the plug-in that the configuration names.
   *
   * @param instance a configured probe
   * @return this
   */
  public PitBuilder probe(HealthProbe instance) {
    probe = Objects.requireNonNull(instance, "instance");
    return this;
  }

  /**
   * A registry in this JVM: the agents whose files name this gateway are judged by it, without a
   * request, and a change of status is acted on at once. Where the configuration lists the gateway
   * too, its address there is what agents are told. The registry stays its owner's. Default: none.
   *
   * @param gateway what agents' files call the gateway
   * @param registry its registry; start it yourself, or silence is not noticed
   * @return this
   * @throws IllegalArgumentException if that gateway has one already
   */
  public PitBuilder registry(String gateway, HealthRegistry registry) {
    Objects.requireNonNull(registry, "registry");
    if (registries.putIfAbsent(Objects.requireNonNull(gateway, "gateway"), registry) != null) {
      throw new IllegalArgumentException("registry: gateway " + gateway + " has one already");
    }
    return this;
  }

  /**
   * A registry in this JVM for the agents of every gateway that the configuration doesn't list.
   * Default: none.
   *
   * @param registry the registry; start it yourself, or silence is not noticed
   * @return this
   * @throws IllegalArgumentException if there is one already
   */
  public PitBuilder registry(HealthRegistry registry) {
    if (unlistedRegistry != null) {
      throw new IllegalArgumentException("registry: there is one already for unlisted gateways");
    }
    unlistedRegistry = Objects.requireNonNull(registry, "registry");
    return this;
  }

  /** What the pit's own rules are applied by; it is closed with the pit: for tests. */
  PitBuilder ownRegistry(HealthRegistry registry) {
    ownRegistry = registry;
    return this;
  }

  FallbackHealthRegistry fallbackRegistry() {
    return new FallbackHealthRegistry(
        ownRegistry == null ? FallbackHealthRegistry.registry(config) : ownRegistry);
  }

  EmbeddedRegistries embeddedRegistries() {
    return new EmbeddedRegistries(registries, unlistedRegistry, config.gateways().keySet());
  }

  /**
   * The reviver. Default: the plug-in that the configuration names.
   *
   * @param instance a configured reviver
   * @return this
   */
  public PitBuilder reviver(Reviver instance) {
    reviver = Objects.requireNonNull(instance, "instance");
    return this;
  }

  /**
   * Who decides which pit works a cell. Default: the plug-in that the configuration names.
   *
   * @param instance a configured ownership
   * @return this
   */
  public PitBuilder ownership(CellOwnership instance) {
    ownership = Objects.requireNonNull(instance, "instance");
    return this;
  }

  /**
   * Only decide and journal, and do nothing: nobody is started, stopped, registered or marked, and
   * the lines in the journal are marked {@code dry_run} and change no state. Default: no.
   *
   * @return this
   */
  public PitBuilder dryRun() {
    dryRun = true;
    return this;
  }

  /**
   * Adds somebody who is told what the pit does. Default: nobody.
   *
   * @param listener whom to tell
   * @return this
   */
  public PitBuilder listener(PitListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /** Called on the thread that wrote a line, before what it announces is done: for tests. */
  PitBuilder afterEachLine(Runnable action) {
    afterEachLine = action;
    return this;
  }

  /**
   * The pit; nothing runs before it is started.
   *
   * @return a new pit
   * @throws IllegalArgumentException if the configuration names a plug-in that isn't there, or one
   *     refuses its settings, or one that is handed in has no usable name
   * @throws IOException if the missions root cannot be opened
   */
  public LazarusPit build() throws IOException {
    Plugins plugins = Plugins.find(config, BuiltInPlugins.TYPES);
    try {
      return new LazarusPit(this, plugins);
    } catch (IOException | RuntimeException e) {
      plugins.close();
      throw e;
    }
  }
}
