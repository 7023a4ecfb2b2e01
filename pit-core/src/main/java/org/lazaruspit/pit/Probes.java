package org.lazaruspit.pit;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks through a probe that is somebody else's code: whatever it throws or leaves out becomes "no
 * answer", never a death. Thread-safe.
 */
final class Probes {

  private static final Logger log = LoggerFactory.getLogger(Probes.class);

  private final HealthProbe probe;
  private final boolean dryRun;

  Probes(HealthProbe probe, boolean dryRun) {
    this.probe = probe;
    this.dryRun = dryRun;
  }

  ProbeResult ask(ProbeTarget target) throws InterruptedException {
    return Objects.requireNonNull(ask(List.of(target)).get(target.agent()), "a result for each");
  }

  /** A result for every target. */
  Map<AgentRef, ProbeResult> ask(List<ProbeTarget> targets) throws InterruptedException {
    Map<AgentRef, ProbeResult> results = new HashMap<>();
    for (ProbeTarget target : targets) {
      results.put(target.agent(), noAnswer(target, "the probe gave no answer"));
    }
    if (targets.isEmpty()) {
      return results;
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

  private static ProbeResult noAnswer(ProbeTarget target, String why) {
    return ProbeResult.of(target, ProbeResult.Verdict.UNREACHABLE, why, Duration.ZERO);
  }

  /** Failing to register is no reason to stop: what counts is the heartbeat that must come. */
  void register(ProbeTarget target) throws InterruptedException {
    if (dryRun) {
      return;
    }
    try {
      probe.register(target);
    } catch (IOException | RuntimeException | LinkageError e) {
      log.warn("{}: could not be registered by {}: {}", target.agent(), probe.name(), e.toString());
    }
  }
}
