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
 * What the pit itself knows of agents that no gateway judges: those that beat by a file, and those
 * that are expected to. Says nothing about any other, of which its process alone tells.
 * Thread-safe.
 */
public final class FileHeartbeatProbe implements HealthProbe {

  private final HealthRegistry registry;
  private final RegistryProbe probe;

  /**
   * A probe over the pit's own registry.
   *
   * @param registry which no gateway uses
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
   * What is known of one agent.
   *
   * @param target whom
   * @return empty for one that is not expected to beat
   */
  public Optional<ProbeResult> find(ProbeTarget target) {
    return probe.find(target);
  }

  /** From now on the agent is expected to beat; its clock starts, unless it runs already. */
  @Override
  public void register(ProbeTarget target) throws IOException {
    probe.register(target);
  }

  @Override
  public void heartbeat(ProbeTarget target, String heartbeat) throws IOException {
    probe.heartbeat(target, heartbeat);
  }

  /**
   * No longer expects an agent to beat.
   *
   * @param agent whom
   */
  public void forget(AgentRef agent) {
    registry.unregister(key(agent));
  }
}
