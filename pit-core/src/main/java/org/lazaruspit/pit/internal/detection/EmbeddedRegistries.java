package org.lazaruspit.pit.internal.detection;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.pit.internal.probe.RegistryProbe;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeTarget;

/**
 * Registries in this JVM, by gateway name. Does not close them. Thread-safe; listens from {@link
 * #listen} to {@link #close}.
 */
public final class EmbeddedRegistries implements AutoCloseable {

  private static final AtomicInteger LISTENERS = new AtomicInteger();

  private final Map<String, HealthRegistry> named;
  private final @Nullable HealthRegistry unlisted;
  private final Set<String> configured;

  /** Probes by registry, each named by the first gateway with this registry. */
  private final Map<HealthRegistry, NamedProbe> probes = new HashMap<>();

  private final String listener = "lazarus-pit-" + LISTENERS.incrementAndGet();

  private record NamedProbe(String name, HealthProbe probe) {}

  /**
   * Creates a map of registries.
   *
   * @param named registries by gateway
   * @param unlisted the registry of all other gateways that the configuration does not list; may be
   *     null
   * @param configured the gateways in the configuration
   */
  public EmbeddedRegistries(
      Map<String, HealthRegistry> named,
      @Nullable HealthRegistry unlisted,
      Collection<String> configured) {
    this.configured = Set.copyOf(configured);
    this.named = Map.copyOf(named);
    this.unlisted = unlisted;
    new TreeMap<>(named).forEach((name, registry) -> add("registry " + name, registry));
    if (unlisted != null) {
      add("registry", unlisted);
    }
  }

  private void add(String name, HealthRegistry registry) {
    probes.putIfAbsent(registry, new NamedProbe(name, new RegistryProbe(registry)));
  }

  public boolean has(String gatewayName) {
    return find(gatewayName).isPresent();
  }

  /** Returns the name of the gateway's registry; several gateways may have one registry. */
  Optional<String> identity(String gatewayName) {
    return find(gatewayName).map(NamedProbe::name);
  }

  Optional<HealthProbe> probe(ProbeTarget target) {
    return target.gatewayName().flatMap(this::find).map(NamedProbe::probe);
  }

  private Optional<NamedProbe> find(String gatewayName) {
    HealthRegistry registry = named.get(gatewayName);
    if (registry == null && !configured.contains(gatewayName)) {
      registry = unlisted;
    }
    return Optional.ofNullable(registry).map(probes::get);
  }

  /** Runs {@code news} at each change of a status. */
  public void listen(Runnable news) {
    probes.keySet().forEach(registry -> registry.addListener(listener, event -> news.run()));
  }

  @Override
  public void close() {
    probes.keySet().forEach(registry -> registry.removeListener(listener));
  }
}
