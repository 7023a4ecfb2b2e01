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

/** Builds a {@link LazarusPit}. Not thread-safe. */
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
   * Sets the wall clock, for times in journals, logs and reports. Default: the system's clock.
   *
   * @param source the clock
   * @return this
   */
  public PitBuilder clock(InstantSource source) {
    clock = Objects.requireNonNull(source, "source");
    return this;
  }

  /**
   * Sets the health probe. Default: the plug-in that the configuration names.
   *
   * @param instance a configured probe
   * @return this
   */
  public PitBuilder probe(HealthProbe instance) {
    probe = Objects.requireNonNull(instance, "instance");
    return this;
  }

  /**
   * Adds a registry in this JVM. The pit judges the agents whose files name this gateway by the
   * registry, without requests, and acts on a change of status at once. If the configuration lists
   * the gateway too, agents get the address from there. The pit neither starts nor closes the
   * registry. Default: no registry.
   *
   * @param gateway the gateway's name in the agents' files
   * @param registry the registry of the gateway, started by the caller; otherwise it detects no
   *     silence
   * @return this
   * @throws IllegalArgumentException if the gateway has a registry already
   */
  public PitBuilder registry(String gateway, HealthRegistry registry) {
    Objects.requireNonNull(registry, "registry");
    if (registries.putIfAbsent(Objects.requireNonNull(gateway, "gateway"), registry) != null) {
      throw new IllegalArgumentException(
          "registry: gateway " + gateway + " has a registry already");
    }
    return this;
  }

  /**
   * Sets a registry in this JVM for the agents of every gateway that the configuration does not
   * list. Default: no registry.
   *
   * @param registry the registry, started by the caller; otherwise it detects no silence
   * @return this
   * @throws IllegalArgumentException if the registry for unlisted gateways is set already
   */
  public PitBuilder registry(HealthRegistry registry) {
    if (unlistedRegistry != null) {
      throw new IllegalArgumentException("registry: set already for unlisted gateways");
    }
    unlistedRegistry = Objects.requireNonNull(registry, "registry");
    return this;
  }

  /** Sets the registry that applies the pit's own rules; closed with the pit. For tests. */
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
   * Sets the reviver. Default: the plug-in that the configuration names.
   *
   * @param instance a configured reviver
   * @return this
   */
  public PitBuilder reviver(Reviver instance) {
    reviver = Objects.requireNonNull(instance, "instance");
    return this;
  }

  /**
   * Sets the cell ownership, which decides the claims of pits on cells. Default: the plug-in that
   * the configuration names.
   *
   * @param instance a configured cell ownership
   * @return this
   */
  public PitBuilder ownership(CellOwnership instance) {
    ownership = Objects.requireNonNull(instance, "instance");
    return this;
  }

  /**
   * Enables the dry run: the pit decides and journals, but starts, stops and registers no agent,
   * and writes to no agent's file. Its journal lines carry {@code dry_run} and change no state.
   * Default: off.
   *
   * @return this
   */
  public PitBuilder dryRun() {
    dryRun = true;
    return this;
  }

  /**
   * Adds a listener for events of the pit. Default: no listener.
   *
   * @param listener the listener
   * @return this
   */
  public PitBuilder listener(PitListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /** Sets an action for the thread that wrote a journal line, before the next step. For tests. */
  PitBuilder afterEachLine(Runnable action) {
    afterEachLine = action;
    return this;
  }

  /**
   * Builds the pit; its loop runs only after {@link LazarusPit#start}.
   *
   * @return a new pit
   * @throws IllegalArgumentException if a plug-in that the configuration names is missing, a
   *     plug-in refuses its settings, or a plug-in instance has an invalid name
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
