package org.lazaruspit.pit.internal.detection;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.ForwardedHeartbeat;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.HealthProbe.Listening;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends probes through the registry, the plug-in or the fallback that covers an agent. Exceptions
 * and missing results of a plug-in become "unreachable", never a death. Thread-safe.
 */
public final class ProbeRouter implements HeartbeatFileMonitor.Receiver {

  private static final Logger log = LoggerFactory.getLogger(ProbeRouter.class);

  private final HealthProbe gateways;
  private final EmbeddedRegistries registries;
  private final FallbackHealthRegistry fallback;
  private final GatewayKeys keys;
  private final HeartbeatFileMonitor files;
  private final Consumer<ForwardedHeartbeat> forwarded;
  private final boolean dryRun;
  private final LogOnChange unregistered = new LogOnChange();

  public ProbeRouter(
      HealthProbe gateways,
      EmbeddedRegistries registries,
      FallbackHealthRegistry fallback,
      GatewayKeys keys,
      HeartbeatFileMonitor.Settings fileSettings,
      Consumer<ForwardedHeartbeat> forwarded,
      boolean dryRun) {
    this.dryRun = dryRun;
    this.forwarded = forwarded;
    this.gateways = gateways;
    this.registries = registries;
    this.fallback = fallback;
    this.keys = keys;
    this.files = new HeartbeatFileMonitor(this, fileSettings);
  }

  /** Returns the monitor of heartbeat files. */
  public HeartbeatFileMonitor files() {
    return files;
  }

  /** Prepares for the start of an incarnation, while the agent does not run. */
  public void begin(ProbeTarget target) throws InterruptedException {
    files.begin(target);
    registerInherited(target);
  }

  /** Has the gateway forget an earlier agent with the target's key, before the target beats. */
  private void registerInherited(ProbeTarget target) throws InterruptedException {
    if (keys.inherited(target)) {
      register(target);
    }
  }

  /** Probes one agent, after forwarding the heartbeat in its file. */
  public ProbeResult probe(ProbeTarget target) throws InterruptedException {
    registerInherited(target);
    files.forward(target);
    ProbeResult result = probe(List.of(target)).get(target.agent());
    return result == null ? noAnswer(target, "no health probe covers it") : result;
  }

  /** Probes agents; returns a result for each target that a probe covers. */
  Map<AgentRef, ProbeResult> probe(Collection<ProbeTarget> targets) throws InterruptedException {
    Map<HealthProbe, List<ProbeTarget>> targetsByProbe = new LinkedHashMap<>();
    for (ProbeTarget target : targets) {
      probeFor(target)
          .ifPresent(
              probe -> targetsByProbe.computeIfAbsent(probe, p -> new ArrayList<>()).add(target));
    }
    Map<AgentRef, ProbeResult> results = new HashMap<>();
    for (Map.Entry<HealthProbe, List<ProbeTarget>> entry : targetsByProbe.entrySet()) {
      results.putAll(probe(entry.getKey(), entry.getValue()));
    }
    for (ProbeTarget target : targets) {
      if (keys.inherited(target)) {
        results.computeIfPresent(
            target.agent(), (agent, result) -> ofAnEarlierAgent(target, result));
      }
    }
    return results;
  }

  /** An answer about an earlier agent with the target's key is no evidence about the target. */
  private static ProbeResult ofAnEarlierAgent(ProbeTarget target, ProbeResult result) {
    return result.verdict() == ProbeResult.Verdict.UNREACHABLE
        ? result
        : ProbeResult.of(
            target,
            ProbeResult.Verdict.UNKNOWN,
            "its key was an earlier agent's and is not registered anew",
            result.responseTime());
  }

  private static Map<AgentRef, ProbeResult> probe(HealthProbe probe, List<ProbeTarget> targets)
      throws InterruptedException {
    Map<AgentRef, ProbeResult> results = new HashMap<>();
    for (ProbeTarget target : targets) {
      results.put(target.agent(), noAnswer(target, "the probe returned no result"));
    }
    try {
      for (ProbeResult result : probe.probe(targets)) {
        results.replace(result.agent(), result);
      }
    } catch (RuntimeException | LinkageError e) {
      log.warn("health probe {}: probe failed", probe.name(), e);
      targets.forEach(
          target -> results.put(target.agent(), noAnswer(target, "the probe failed: " + e)));
    }
    return results;
  }

  /** Returns whether a probe covers this agent. */
  public boolean canProbe(ProbeTarget target) {
    return probeFor(target).isPresent();
  }

  /** Returns the remote gateway of this agent; empty if a registry in this JVM covers it. */
  Optional<GatewayAddress> remote(ProbeTarget target) {
    return registries.probe(target).isPresent() ? Optional.empty() : target.gateway();
  }

  private Optional<HealthProbe> probeFor(ProbeTarget target) {
    return registries
        .probe(target)
        .or(() -> target.gateway().map(gateway -> gateways))
        .or(() -> usesFallback(target) ? Optional.of(fallback.probe()) : Optional.empty());
  }

  /** Returns whether the fallback covers this agent: no gateway, and a heartbeat file in use. */
  private boolean usesFallback(ProbeTarget target) {
    return target.gatewayName().isEmpty() && fallback.find(target).isPresent();
  }

  static ProbeResult noAnswer(ProbeTarget target, String why) {
    return ProbeResult.of(target, ProbeResult.Verdict.UNREACHABLE, why, Duration.ZERO);
  }

  /**
   * Registers an agent, unless another agent has its key; only logs a failure, as the heartbeats
   * that follow decide.
   */
  public void register(ProbeTarget target) throws InterruptedException {
    @Nullable HealthProbe probe = probeFor(target).orElse(null);
    if (probe == null || dryRun) {
      return;
    }
    try {
      keys.require(target);
      if (keys.inherited(target)) {
        probe.unregister(target);
      }
      probe.register(target);
      keys.registered(target);
      unregistered.clear(target.agent());
    } catch (IOException | RuntimeException | LinkageError e) {
      if (unregistered.isNew(target.agent(), e.toString())) {
        log.warn(
            "{}: could not be registered by {}: {}", target.agent(), probe.name(), e.toString());
      }
    }
  }

  /** Listens to a gateway, if its probe can. */
  Listening listen(GatewayAddress gateway, Runnable news) {
    try {
      return guarded(gateways.listen(gateway, news));
    } catch (RuntimeException | LinkageError e) {
      log.warn(
          "gateway {}: health probe {} cannot listen; it is polled",
          gateway.name(),
          gateways.name(),
          e);
      return () -> {};
    }
  }

  private Listening guarded(Listening listening) {
    return () -> {
      try {
        listening.close();
      } catch (RuntimeException | LinkageError e) {
        log.warn("health probe {}: close of a subscription failed", gateways.name(), e);
      }
    };
  }

  @Override
  public void heartbeat(ProbeTarget target, String heartbeat)
      throws IOException, InterruptedException {
    Optional<String> refusal = Optional.of("the pit closes");
    try {
      forward(target, heartbeat);
      refusal = Optional.empty();
    } catch (IOException | RuntimeException e) {
      refusal = Optional.of(String.valueOf(e.getMessage()));
      throw e;
    } finally {
      forwarded.accept(new ForwardedHeartbeat(target.agent(), refusal));
    }
  }

  private void forward(ProbeTarget target, String heartbeat)
      throws IOException, InterruptedException {
    if (target.gatewayName().isEmpty()) {
      fallback.heartbeat(target, heartbeat);
      return;
    }
    if (dryRun) {
      return;
    }
    keys.require(target);
    Optional<HealthProbe> probe = probeFor(target);
    if (probe.isPresent()) {
      probe.get().heartbeat(target, heartbeat);
    }
  }

  @Override
  public void expect(ProbeTarget target) {
    if (target.gatewayName().isEmpty()) {
      fallback.expect(target);
    }
  }
}
