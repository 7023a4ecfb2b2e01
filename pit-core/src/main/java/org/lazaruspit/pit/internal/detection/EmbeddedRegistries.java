package org.lazaruspit.pit.internal.detection;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  private final Map<String, HealthProbe> byGateway = new HashMap<>();
  private final @Nullable HealthProbe others;
  private final Set<String> configured;
  private final Set<HealthRegistry> all;
  private final String listener = "lazarus-pit-" + LISTENERS.incrementAndGet();

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
    named.forEach((name, registry) -> byGateway.put(name, new RegistryProbe(registry)));
    others = unlisted == null ? null : new RegistryProbe(unlisted);
    all = new HashSet<>(named.values());
    if (unlisted != null) {
      all.add(unlisted);
    }
  }

  public boolean has(String gatewayName) {
    return probe(gatewayName).isPresent();
  }

  Optional<HealthProbe> probe(ProbeTarget target) {
    return target.gatewayName().flatMap(this::probe);
  }

  private Optional<HealthProbe> probe(String gatewayName) {
    HealthProbe named = byGateway.get(gatewayName);
    if (named != null) {
      return Optional.of(named);
    }
    return configured.contains(gatewayName) ? Optional.empty() : Optional.ofNullable(others);
  }

  /** Runs {@code news} at each change of a status. */
  public void listen(Runnable news) {
    all.forEach(registry -> registry.addListener(listener, event -> news.run()));
  }

  @Override
  public void close() {
    all.forEach(registry -> registry.removeListener(listener));
  }
}
