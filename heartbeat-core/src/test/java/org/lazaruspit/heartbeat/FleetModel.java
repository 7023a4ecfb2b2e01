package org.lazaruspit.heartbeat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Model of the health rules, second by second: no deadlines, no wheel, only counters. The registry
 * has to agree with it.
 */
final class FleetModel {
  final Map<String, Agent> agents = new TreeMap<>();
  final List<String> events = new ArrayList<>();
  private final Settings settings;
  private long now;
  private boolean holding;
  private long holdingFor;

  record Settings(
      int timeout,
      int degradedAfter,
      int unhealthyAfter,
      int recoverAfter,
      int progressWindow,
      int grace,
      int ceiling,
      double massPart,
      int massAgents,
      int heldAtMost) {

    HealthRules rules() {
      HealthRules.Builder rules =
          HealthRules.builder()
              .timeout(seconds(timeout))
              .degradedAfter(degradedAfter)
              .unhealthyAfter(unhealthyAfter)
              .recoverAfter(recoverAfter)
              .grace(seconds(grace))
              .waitingCeiling(seconds(ceiling))
              .massSilence(massPart, massAgents, seconds(heldAtMost));
      return progressWindow == 0
          ? rules.build()
          : rules.progressWindow(seconds(progressWindow)).build();
    }

    private static java.time.Duration seconds(long count) {
      return java.time.Duration.ofSeconds(count);
    }
  }

  static final class Agent {
    final long incarnation;
    HealthStatus status = HealthStatus.HEALTHY;
    int reported;
    int windows;
    int good;
    @Nullable String error;
    boolean hasBeaten;
    long sinceSign;
    long silentFor;
    long graceLeft;
    long waitLeft;
    long waitedFor;
    boolean waiting;
    @Nullable Object progress;
    long unchangedFor;
    int stuck;
    long overdueAt = -1;
    boolean recent;
    boolean held;

    Agent(long incarnation, long graceLeft) {
      this.incarnation = incarnation;
      this.graceLeft = graceLeft;
    }

    boolean isOverdue() {
      return overdueAt >= 0;
    }

    HealthStatus byStuck() {
      return stuck == 0
          ? HealthStatus.HEALTHY
          : stuck < 3 ? HealthStatus.DEGRADED : HealthStatus.UNHEALTHY;
    }
  }

  FleetModel(Settings settings) {
    this.settings = settings;
  }

  /** Advances time by one second, without a check. */
  void secondPasses() {
    now++;
    holdingFor++;
    for (Agent agent : agents.values()) {
      agent.sinceSign++;
      agent.waitedFor++;
      boolean waits = agent.waitLeft > 0;
      boolean grace = agent.graceLeft > 0;
      agent.waitLeft = Math.max(0, agent.waitLeft - 1);
      agent.graceLeft = Math.max(0, agent.graceLeft - 1);
      boolean overdueBefore = agent.silentFor >= settings.timeout();
      if (!waits && !grace) {
        agent.silentFor++;
      }
      if (!waits && !overdueBefore) {
        agent.unchangedFor++;
      }
    }
  }

  /** Applies the rules to the elapsed time. */
  void check() {
    for (Agent agent : agents.values()) {
      if (newlySilent(agent) && !agent.isOverdue()) {
        agent.overdueAt = now;
        agent.recent = true;
      }
    }
    judgeMassSilence();
    agents.forEach(
        (id, agent) -> {
          if (newlySilent(agent) && holding) {
            agent.held = true;
            countStuck(id, agent);
          } else {
            countSilence(id, agent);
          }
        });
  }

  private boolean newlySilent(Agent agent) {
    return agent.silentFor / settings.timeout() > agent.windows;
  }

  private void countSilence(String id, Agent agent) {
    boolean more = newlySilent(agent);
    if (more) {
      agent.windows = (int) (agent.silentFor / settings.timeout());
      agent.good = 0;
      agent.error = "silent for " + agent.sinceSign + " s";
    }
    String silence = agent.error;
    HealthStatus before = agent.status;
    agent.status = worst(agent.status, byCount(agent));
    int stuckBefore = agent.stuck;
    recountStuck(agent);
    if (more) {
      agent.error = silence;
    } else if (agent.stuck > stuckBefore) {
      agent.error = stuckMessage(agent);
    }
    agent.status = worst(agent.status, agent.byStuck());
    HealthCause cause =
        agent.byStuck().compareTo(byCount(agent)) > 0 ? HealthCause.STUCK : HealthCause.SILENCE;
    addEvent(id, agent, before, cause);
  }

  private void countStuck(String id, Agent agent) {
    int before = agent.stuck;
    HealthStatus statusBefore = agent.status;
    recountStuck(agent);
    if (agent.stuck > before) {
      agent.error = stuckMessage(agent);
    }
    agent.status = worst(agent.status, agent.byStuck());
    addEvent(id, agent, statusBefore, HealthCause.STUCK);
  }

  private void recountStuck(Agent agent) {
    if (agent.progress != null && settings.progressWindow() > 0) {
      agent.stuck =
          (int) Math.max(agent.stuck, Math.min(3, agent.unchangedFor / settings.progressWindow()));
    }
  }

  private String stuckMessage(Agent agent) {
    return "alive and stuck: no progress for " + agent.stuck * settings.progressWindow() + " s";
  }

  private void judgeMassSilence() {
    agents.values().stream()
        .filter(agent -> agent.recent && now - agent.overdueAt >= settings.timeout())
        .forEach(agent -> agent.recent = false);
    if (!holding) {
      if (isMass(agents.values().stream().filter(agent -> agent.recent).count())) {
        holding = true;
        holdingFor = 0;
        agents.values().stream().filter(agent -> agent.recent).forEach(agent -> agent.held = true);
      }
    } else if (holdingFor >= settings.heldAtMost()) {
      endHold(false);
    } else if (!isMass(agents.values().stream().filter(agent -> agent.held).count())) {
      endHold(true);
    }
  }

  private boolean isMass(long silent) {
    long fleet = agents.values().stream().filter(agent -> !agent.isOverdue()).count() + silent;
    return fleet >= settings.massAgents() && silent >= settings.massPart() * fleet;
  }

  private void endHold(boolean forgiven) {
    holding = false;
    for (Agent agent : agents.values()) {
      agent.recent = false;
      if (agent.held && forgiven) {
        agent.overdueAt = -1;
        agent.silentFor = (long) agent.windows * settings.timeout();
      }
      agent.held = false;
    }
  }

  boolean beat(String id, long incarnation, @Nullable Object progress, long waitFor) {
    Agent agent = agents.get(id);
    if (agent != null && incarnation < agent.incarnation) {
      return false;
    }
    if (agent == null || incarnation > agent.incarnation) {
      agent = takeOver(id, agent, incarnation);
    }
    HealthStatus before = agent.status;
    recountStuck(agent);
    if (progress != null && !progress.equals(agent.progress)) {
      agent.progress = progress;
      agent.unchangedFor = 0;
      agent.stuck = 0;
    }
    forget(agent);
    boolean better = agent.byStuck().compareTo(agent.status) < 0;
    agent.good = better ? agent.good + 1 : 0;
    agent.error = agent.stuck > 0 ? stuckMessage(agent) : null;
    if (better && agent.good < settings.recoverAfter()) {
      agent.error =
          "recovering: " + agent.good + " of " + settings.recoverAfter() + " heartbeats in a row";
    } else {
      agent.good = 0;
      agent.status = agent.byStuck();
    }
    wait(agent, waitFor);
    HealthCause cause =
        agent.status.compareTo(before) > 0 ? HealthCause.STUCK : HealthCause.HEARTBEAT;
    addEvent(id, agent, before, cause);
    return true;
  }

  private static void forget(Agent agent) {
    agent.hasBeaten = true;
    agent.reported = 0;
    agent.windows = 0;
    agent.sinceSign = 0;
    agent.silentFor = 0;
    agent.overdueAt = -1;
    agent.recent = false;
    agent.held = false;
  }

  private void wait(Agent agent, long waitFor) {
    if (waitFor < 0) {
      agent.waiting = false;
      agent.waitLeft = 0;
      return;
    }
    if (!agent.waiting) {
      agent.waiting = true;
      agent.waitedFor = 0;
    }
    agent.waitLeft = Math.min(waitFor, Math.max(0, settings.ceiling() - agent.waitedFor));
  }

  private Agent takeOver(String id, @Nullable Agent older, long incarnation) {
    long grace = incarnation == 0 ? 0 : Math.max(0, settings.grace() - settings.timeout());
    Agent agent = new Agent(incarnation, grace);
    agents.put(id, agent);
    if (older != null) {
      addEvent(id, agent, older.status, HealthCause.INCARNATION);
    }
    return agent;
  }

  boolean register(String id, long incarnation) {
    Agent agent = agents.get(id);
    if (agent != null && incarnation < agent.incarnation) {
      return false;
    }
    if (agent == null || incarnation > agent.incarnation) {
      takeOver(id, agent, incarnation);
    }
    return true;
  }

  void fail(String id, String error) {
    Agent agent = agents.get(id);
    if (agent == null) {
      return;
    }
    HealthStatus before = agent.status;
    agent.reported++;
    agent.good = 0;
    agent.error = error;
    agent.status = worst(agent.status, byCount(agent));
    addEvent(id, agent, before, HealthCause.REPORTED);
  }

  void unregister(String id) {
    agents.remove(id);
  }

  private HealthStatus byCount(Agent agent) {
    int failures = agent.reported + agent.windows;
    if (failures >= settings.unhealthyAfter()) {
      return HealthStatus.UNHEALTHY;
    }
    return failures >= settings.degradedAfter() ? HealthStatus.DEGRADED : HealthStatus.HEALTHY;
  }

  private static HealthStatus worst(HealthStatus one, HealthStatus other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private void addEvent(String id, Agent agent, HealthStatus before, HealthCause cause) {
    if (before != agent.status) {
      events.add(id + " " + before + " -> " + agent.status + " " + cause + " " + agent.incarnation);
    }
  }
}
