package org.lazaruspit.pit.internal.probe;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;

/**
 * Probe of agents that no gateway judges: those with a heartbeat file, and those that are expected
 * to write one. Returns no result for other agents, whose only evidence is the process.
 * Thread-safe.
 */
public final class FileHeartbeatProbe implements HealthProbe {

  private final HealthRegistry registry;
  private final RegistryProbe probe;

  /**
   * Makes a probe over the pit's own registry.
   *
   * @param registry a registry that no gateway uses
   */
  public FileHeartbeatProbe(HealthRegistry registry) {
    this.registry = registry;
    this.probe = new RegistryProbe(registry, target -> key(target.agent()));
  }

  private static String key(AgentRef agent) {
    return agent.cellId() + "." + agent.agentId();
  }

  @Override
  public String name() {
    return "process";
  }

  @Override
  public List<ProbeResult> probe(List<ProbeTarget> targets) {
    return targets.stream().map(this::find).flatMap(Optional::stream).toList();
  }

  /**
   * Returns the health of one agent.
   *
   * @param target the agent
   * @return empty if no heartbeat is expected of the agent
   */
  public Optional<ProbeResult> find(ProbeTarget target) {
    return probe.find(target);
  }

  /** Expects heartbeats of the agent from now on; starts its time-out unless it runs already. */
  @Override
  public void register(ProbeTarget target) throws IOException {
    probe.register(target);
  }

  @Override
  public void heartbeat(ProbeTarget target, String heartbeat) throws IOException {
    probe.heartbeat(target, heartbeat);
  }

  /**
   * Stops expecting heartbeats of an agent.
   *
   * @param agent the agent
   */
  public void forget(AgentRef agent) {
    registry.unregister(key(agent));
  }
}
