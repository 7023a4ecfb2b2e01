package org.lazaruspit.pit.testkit;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.lazaruspit.pit.internal.plugin.FencedReviver;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/**
 * Simulated machine and gateway: running and registered agents. Outlives the pits that use it; each
 * pit has its own reviver and probe.
 */
public final class FakeMachine {

  /** Outcome of the next start. */
  public enum Fate {
    LIVES,
    DIES_AT_ONCE,
    CANNOT_START
  }

  /** Start that was carried out. */
  public record Start(AgentRef agent, long incarnation) {}

  public final List<Start> starts = new ArrayList<>();
  public final List<String> violations = new ArrayList<>();
  public final Deque<Fate> fates = new ArrayDeque<>();
  private final Map<AgentRef, Long> running = new HashMap<>();
  private final Map<AgentRef, Boolean> frozen = new HashMap<>();
  private final Map<AgentRef, Long> registered = new HashMap<>();
  private Machine machine = new Machine();
  public int unreachable;
  public int unkillable;

  /** Number of starts and stops called by pits, successful or not. */
  public int acts;

  public Consumer<AgentRef> beforeStart = agent -> {};

  /** Returns the reviver of a new pit; earlier ones get no more events. */
  Machine machine() {
    machine = new Machine();
    return machine;
  }

  public Map<AgentRef, Long> running() {
    return Map.copyOf(running);
  }

  public boolean well(AgentRef agent) {
    return running.containsKey(agent) && !frozen.containsKey(agent);
  }

  public void freeze(AgentRef agent) {
    if (running.containsKey(agent)) {
      frozen.put(agent, true);
    }
  }

  /** Registers this incarnation at the gateway, independently of the journal. */
  public void gatewayKnows(AgentRef agent, long incarnation) {
    registered.put(agent, incarnation);
  }

  /** Deletes the agent at the gateway. */
  public void gatewayForgets(AgentRef agent) {
    registered.remove(agent);
  }

  /** Starts the agent without the pit. */
  public void startByHand(AgentRef agent, long incarnation) {
    running.put(agent, incarnation);
  }

  public void kill(AgentRef agent) {
    ends(agent, new AgentExit(Instant.EPOCH, "killed in the simulation"));
  }

  /** Ends the agent with this exit status. */
  public void exits(AgentRef agent, int status) {
    String detail = "ended with status " + status;
    ends(agent, new AgentExit(Instant.EPOCH, detail, OptionalInt.of(status)));
  }

  private void ends(AgentRef agent, AgentExit exit) {
    running.remove(agent);
    frozen.remove(agent);
    machine.ended(agent, exit);
  }

  /** Reviver of one pit. */
  final class Machine implements FencedReviver {

    private final Map<AgentRef, CompletableFuture<AgentExit>> exits = new HashMap<>();

    @Override
    public String name() {
      return "simulated";
    }

    private void ended(AgentRef agent, AgentExit how) {
      CompletableFuture<AgentExit> exit = exits.remove(agent);
      if (exit != null) {
        exit.complete(how);
      }
    }

    @Override
    public Presence presence(AgentRef agent) {
      Long incarnation = running.get(agent);
      return incarnation == null
          ? new Presence.Absent("no process of it runs")
          : new Presence.Running(
              new RunningAgent(
                  agent,
                  incarnation,
                  "a simulated process",
                  exits.computeIfAbsent(agent, ref -> new CompletableFuture<>())));
    }

    @Override
    public StopOutcome stop(StopOrder order) {
      AgentRef agent = order.agent();
      acts++;
      if (order.isTooOldFor(running.getOrDefault(agent, 0L))) {
        return new StopOutcome.TooOld(running.get(agent));
      }
      if (running.containsKey(agent) && unkillable > 0) {
        unkillable--;
        return new StopOutcome.StillThere("unkillable in the simulation");
      }
      running.remove(agent);
      frozen.remove(agent);
      ended(agent, new AgentExit(Instant.EPOCH, "stopped in the simulation"));
      return new StopOutcome.Gone("gone in the simulation");
    }

    @Override
    public RunningAgent start(StartOrder order) throws IOException {
      AgentRef agent = order.agent();
      acts++;
      beforeStart.accept(agent);
      Fate fate = fates.isEmpty() ? Fate.LIVES : fates.removeFirst();
      if (running.containsKey(agent)) {
        violations.add("two of " + agent + " at once");
      }
      for (Start start : starts) {
        if (start.agent().equals(agent) && start.incarnation() >= order.incarnation()) {
          violations.add(agent + " started as " + order.incarnation() + " after " + start);
        }
      }
      if (fate == Fate.CANNOT_START) {
        throw new IOException("cannot start in the simulation");
      }
      starts.add(new Start(agent, order.incarnation()));
      CompletableFuture<AgentExit> exit = new CompletableFuture<>();
      if (fate == Fate.LIVES) {
        running.put(agent, order.incarnation());
        exits.put(agent, exit);
      } else {
        exit.complete(new AgentExit(Instant.EPOCH, "ended at once"));
      }
      return new RunningAgent(agent, order.incarnation(), "a simulated process", exit);
    }

    @Override
    public void close() {}
  }

  /** Gateway to which all agents beat while they are well. */
  final class Gateway implements HealthProbe {

    @Override
    public String name() {
      return "simulated";
    }

    @Override
    public List<ProbeResult> probe(List<ProbeTarget> targets) {
      if (unreachable > 0) {
        unreachable--;
        return List.of();
      }
      return targets.stream().map(this::probe).toList();
    }

    private ProbeResult probe(ProbeTarget target) {
      AgentRef agent = target.agent();
      Long known = registered.get(agent);
      Long runs = running.get(agent);
      if (runs != null && !frozen.containsKey(agent) && (known == null || known <= runs)) {
        registered.put(agent, runs);
        return result(target, ProbeResult.Verdict.HEALTHY, runs);
      }
      return known == null
          ? result(target, ProbeResult.Verdict.UNKNOWN, 0)
          : result(target, ProbeResult.Verdict.UNHEALTHY, known);
    }

    private static ProbeResult result(
        ProbeTarget target, ProbeResult.Verdict verdict, long incarnation) {
      boolean beating = verdict == ProbeResult.Verdict.HEALTHY;
      return new ProbeResult(
          target.agent(), verdict, incarnation, beating, "silent in the simulation", Duration.ZERO);
    }

    @Override
    public void register(ProbeTarget target) {
      registered.merge(target.agent(), target.incarnation(), Math::max);
    }
  }
}
