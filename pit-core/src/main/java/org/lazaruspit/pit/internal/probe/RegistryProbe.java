package org.lazaruspit.pit.internal.probe;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HeartbeatOutcome;
import org.lazaruspit.heartbeat.Held;
import org.lazaruspit.heartbeat.Waiting;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;

/** Probes agents in a registry of this JVM. Passes on verdicts unchanged. Thread-safe. */
public final class RegistryProbe implements HealthProbe {

  private final HealthRegistry registry;
  private final Function<ProbeTarget, String> key;

  /**
   * Makes a probe for a gateway's registry.
   *
   * @param registry a registry with the agents by their keys
   */
  public RegistryProbe(HealthRegistry registry) {
    this(registry, ProbeTarget::key);
  }

  RegistryProbe(HealthRegistry registry, Function<ProbeTarget, String> key) {
    this.registry = registry;
    this.key = key;
  }

  @Override
  public String name() {
    return "registry";
  }

  @Override
  public List<ProbeResult> probe(List<ProbeTarget> targets) {
    return targets.stream().map(this::probe).toList();
  }

  private ProbeResult probe(ProbeTarget target) {
    return find(target)
        .orElseGet(
            () ->
                ProbeResult.of(
                    target, Verdict.UNKNOWN, "the registry does not know it", Duration.ZERO));
  }

  Optional<ProbeResult> find(ProbeTarget target) {
    return registry.find(key.apply(target)).map(health -> result(target, health));
  }

  private static ProbeResult result(ProbeTarget target, AgentHealth health) {
    return new ProbeResult(
        target.agent(),
        switch (health.status()) {
          case HEALTHY -> Verdict.HEALTHY;
          case DEGRADED -> Verdict.DEGRADED;
          case UNHEALTHY -> Verdict.UNHEALTHY;
        },
        health.incarnation(),
        health.lastHeartbeat() != null,
        detail(health),
        Duration.ZERO,
        Optional.ofNullable(health.held()).map(Held::cause),
        Optional.ofNullable(health.waiting()).map(RegistryProbe::describe),
        Optional.ofNullable(health.lastHeartbeat()),
        Optional.ofNullable(health.progress()).map(Object::toString));
  }

  private static String detail(AgentHealth health) {
    Held held = health.held();
    if (held != null) {
      return ProbeMessages.held(Optional.of(held.until()));
    }
    return health.errorMessage() == null ? "" : health.errorMessage();
  }

  private static String describe(Waiting waiting) {
    return ProbeMessages.waiting(waiting.reason(), Optional.ofNullable(waiting.until()));
  }

  @Override
  public void register(ProbeTarget target) throws IOException {
    HeartbeatOutcome outcome =
        registry.tryRegister(key.apply(target), Map.of(), target.incarnation());
    if (!(outcome instanceof HeartbeatOutcome.Accepted)) {
      throw new IOException("registration refused: " + outcome);
    }
  }

  @Override
  public void unregister(ProbeTarget target) {
    registry.unregister(key.apply(target));
  }

  @Override
  public void heartbeat(ProbeTarget target, String heartbeat) throws IOException {
    HeartbeatOutcome outcome =
        registry.heartbeat(
            key.apply(target), HeartbeatJson.parse(heartbeat).toHeartbeat(target.incarnation()));
    if (!(outcome instanceof HeartbeatOutcome.Accepted
        || outcome instanceof HeartbeatOutcome.MetadataRefused)) {
      throw new IOException("heartbeat refused: " + outcome);
    }
  }
}
