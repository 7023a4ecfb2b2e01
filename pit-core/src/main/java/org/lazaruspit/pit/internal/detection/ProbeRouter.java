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
 * Asks through the probe that an agent's gateway calls for, which may be somebody else's code:
 * whatever it throws or leaves out becomes "no answer", never a death. Thread-safe.
 */
public final class ProbeRouter implements HeartbeatFileMonitor.Receiver {

  private static final Logger log = LoggerFactory.getLogger(ProbeRouter.class);

  private final HealthProbe gateways;
  private final EmbeddedRegistries registries;
  private final FallbackHealthRegistry rules;
  private final HeartbeatFileMonitor files;
  private final Consumer<ForwardedHeartbeat> passed;
  private final boolean dryRun;
  private final LogOnChange unregistered = new LogOnChange();

  public ProbeRouter(
      HealthProbe gateways,
      EmbeddedRegistries registries,
      FallbackHealthRegistry rules,
      HeartbeatFileMonitor.Settings how,
      Consumer<ForwardedHeartbeat> passed,
      boolean dryRun) {
    this.dryRun = dryRun;
    this.passed = passed;
    this.gateways = gateways;
    this.registries = registries;
    this.rules = rules;
    this.files = new HeartbeatFileMonitor(this, how);
  }

  /** The files by which agents beat. */
  public HeartbeatFileMonitor files() {
    return files;
  }

  /** Asks about one agent, of which whatever it has left in its file is known first. */
  public ProbeResult probe(ProbeTarget target) throws InterruptedException {
    files.forward(target);
    ProbeResult result = probe(List.of(target)).get(target.agent());
    return result == null ? noAnswer(target, "nobody can be asked about it") : result;
  }

  /** A result for every target that anybody can be asked about. */
  Map<AgentRef, ProbeResult> probe(Collection<ProbeTarget> targets) throws InterruptedException {
    Map<HealthProbe, List<ProbeTarget>> questions = new LinkedHashMap<>();
    for (ProbeTarget target : targets) {
      probeFor(target)
          .ifPresent(probe -> questions.computeIfAbsent(probe, p -> new ArrayList<>()).add(target));
    }
    Map<AgentRef, ProbeResult> results = new HashMap<>();
    for (Map.Entry<HealthProbe, List<ProbeTarget>> question : questions.entrySet()) {
      results.putAll(probe(question.getKey(), question.getValue()));
    }
    return results;
  }

  private static Map<AgentRef, ProbeResult> probe(HealthProbe probe, List<ProbeTarget> targets)
      throws InterruptedException {
    Map<AgentRef, ProbeResult> results = new HashMap<>();
    for (ProbeTarget target : targets) {
      results.put(target.agent(), noAnswer(target, "the probe gave no answer"));
    }
    try {
      for (ProbeResult result : probe.probe(targets)) {
        results.replace(result.agent(), result);
      }
    } catch (RuntimeException | LinkageError e) {
      log.warn("health probe {} is broken", probe.name(), e);
      targets.forEach(
          target -> results.put(target.agent(), noAnswer(target, "the probe broke: " + e)));
    }
    return results;
  }

  /** Whether anybody can be asked about this agent at all. */
  public boolean canProbe(ProbeTarget target) {
    return probeFor(target).isPresent();
  }

  /** Where a request has to be sent to learn about this agent; empty where none is needed. */
  Optional<GatewayAddress> outside(ProbeTarget target) {
    return registries.probe(target).isPresent() ? Optional.empty() : target.gateway();
  }

  private Optional<HealthProbe> probeFor(ProbeTarget target) {
    return registries
        .probe(target)
        .or(() -> target.gateway().map(gateway -> gateways))
        .or(() -> judgedHere(target) ? Optional.of(rules.probe()) : Optional.empty());
  }

  /** An agent without a gateway that beats by its file, or is expected to. */
  private boolean judgedHere(ProbeTarget target) {
    return target.gatewayName().isEmpty() && rules.find(target).isPresent();
  }

  static ProbeResult noAnswer(ProbeTarget target, String why) {
    return ProbeResult.of(target, ProbeResult.Verdict.UNREACHABLE, why, Duration.ZERO);
  }

  /** Failing to register is no reason to stop: what counts is the heartbeat that must come. */
  public void register(ProbeTarget target) throws InterruptedException {
    @Nullable HealthProbe probe = probeFor(target).orElse(null);
    if (probe == null || dryRun) {
      return;
    }
    try {
      probe.register(target);
      unregistered.clear(target.agent());
    } catch (IOException | RuntimeException | LinkageError e) {
      if (unregistered.isNew(target.agent(), e.toString())) {
        log.warn(
            "{}: could not be registered by {}: {}", target.agent(), probe.name(), e.toString());
      }
    }
  }

  /** Listens to a gateway, as far as its probe can. */
  Listening listen(GatewayAddress gateway, Runnable news) {
    try {
      return guarded(gateways.listen(gateway, news));
    } catch (RuntimeException | LinkageError e) {
      log.warn("{} cannot listen to {}, it is polled", gateways.name(), gateway.name(), e);
      return () -> {};
    }
  }

  private Listening guarded(Listening listening) {
    return () -> {
      try {
        listening.close();
      } catch (RuntimeException | LinkageError e) {
        log.warn("health probe {} is broken", gateways.name(), e);
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
      passed.accept(new ForwardedHeartbeat(target.agent(), refusal));
    }
  }

  private void forward(ProbeTarget target, String heartbeat)
      throws IOException, InterruptedException {
    if (target.gatewayName().isEmpty()) {
      rules.heartbeat(target, heartbeat);
      return;
    }
    if (dryRun) {
      return;
    }
    Optional<HealthProbe> probe = probeFor(target);
    if (probe.isPresent()) {
      probe.get().heartbeat(target, heartbeat);
    }
  }

  @Override
  public void expect(ProbeTarget target) {
    if (target.gatewayName().isEmpty()) {
      rules.expect(target);
    }
  }
}
