package org.lazaruspit.pit.internal.detection;

import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.internal.detection.Judge.Judgement;
import org.lazaruspit.pit.internal.probe.FileHeartbeatProbe;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pit's own rules, for agents that no gateway judges: silent for one time-out is degraded, for
 * three unhealthy, and neither a pause of this process nor the silence of many at once counts. They
 * are the rules of any registry: this is one. Thread-safe.
 */
public final class FallbackHealthRegistry implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FallbackHealthRegistry.class);

  private final HealthRegistry registry;
  private final FileHeartbeatProbe probe;
  private final Set<AgentRef> expected = ConcurrentHashMap.newKeySet();

  public FallbackHealthRegistry(HealthRegistry registry) {
    this.registry = registry;
    this.probe = new FileHeartbeatProbe(registry);
  }

  public static HealthRegistry registry(PitConfig config) {
    HealthRules rules = HealthRules.builder().timeout(config.timeout()).build();
    return HealthRegistry.builder().rules(rules).build();
  }

  FileHeartbeatProbe probe() {
    return probe;
  }

  public void start(Runnable news) {
    registry.addListener("lazarus-pit", event -> news.run());
    registry.start();
  }

  /** From now on this agent's silence counts, in this incarnation. */
  void expect(ProbeTarget target) {
    try {
      probe.register(target);
      expected.add(target.agent());
    } catch (IOException e) {
      log.debug("{}: is expected already, in a newer incarnation", target.agent(), e);
    }
  }

  /** A sign of life that nobody else judges. */
  void heartbeat(ProbeTarget target, String heartbeat) throws IOException {
    expected.add(target.agent());
    probe.heartbeat(target, heartbeat);
  }

  /** What is known of an agent that is expected to beat. */
  Optional<ProbeResult> find(ProbeTarget target) {
    return probe.find(target);
  }

  /**
   * What becomes of an agent that its gateway does not know, or not in this incarnation, although
   * it is registered there again and again.
   */
  public Judgement judge(ProbeTarget target, Judgement.Unregistered lost) {
    expect(target);
    Optional<ProbeResult> own = find(target);
    String silence = own.map(ProbeResult::detail).filter(text -> !text.isEmpty()).orElse("");
    if (own.isPresent() && own.get().verdict() == ProbeResult.Verdict.UNHEALTHY) {
      return new Judgement.Dead(FailureCause.SILENCE, lost.detail() + ", " + silence);
    }
    if (own.isPresent() && own.get().held().isPresent()) {
      return new Judgement.Held(FailureCause.MASS, lost.detail() + ", " + silence);
    }
    return silence.isEmpty() ? lost : new Judgement.Unregistered(lost.detail() + ", " + silence);
  }

  /** Its gateway judges it again, or nobody can tell what it would say. */
  public void forget(ProbeTarget target) {
    forget(target.agent());
  }

  /** Forgets all that are not among these. */
  public void retain(Set<AgentRef> agents) {
    Set<AgentRef> gone = new HashSet<>(expected);
    gone.removeAll(agents);
    gone.forEach(this::forget);
  }

  private void forget(AgentRef agent) {
    if (expected.remove(agent)) {
      probe.forget(agent);
    }
  }

  @Override
  public void close() {
    registry.close();
  }
}
