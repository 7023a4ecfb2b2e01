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
 * Registry of the pit, for agents without the verdict of a gateway. Silence for one time-out is
 * degraded, for three unhealthy; pauses of this process and mass silence do not count. Thread-safe.
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

  /** Starts to count the agent's silence, in this incarnation. */
  void expect(ProbeTarget target) {
    try {
      probe.register(target);
      expected.add(target.agent());
    } catch (IOException e) {
      log.debug("{}: not registered here: a newer incarnation is", target.agent(), e);
    }
  }

  /** Records a heartbeat of an agent without a gateway. */
  void heartbeat(ProbeTarget target, String heartbeat) throws IOException {
    expected.add(target.agent());
    probe.heartbeat(target, heartbeat);
  }

  /** Returns the result for an agent that is registered here. */
  Optional<ProbeResult> find(ProbeTarget target) {
    return probe.find(target);
  }

  /**
   * Returns the judgement of an agent that its gateway does not know in this incarnation, although
   * the pit registers it in each round.
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

  /** Stops to count the agent's silence: its gateway judges it again, or cannot be reached. */
  public void forget(ProbeTarget target) {
    forget(target.agent());
  }

  /** Forgets all other agents. */
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
