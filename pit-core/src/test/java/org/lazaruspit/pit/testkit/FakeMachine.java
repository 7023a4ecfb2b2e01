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
 * A machine and a gateway on paper: what runs, and who has seen it. Outlives the pits that look at
 * it; each pit has a reviver and a probe of its own.
 */
public final class FakeMachine {

  /** What becomes of the next one that is started. */
  public enum Fate {
    LIVES,
    DIES_AT_ONCE,
    CANNOT_START
  }

  /** A start that was really carried out. */
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

  /** Starts and stops that pits have asked for, whatever became of them. */
  public int acts;

  public Consumer<AgentRef> beforeStart = agent -> {};

  /** The reviver of a new pit; the ones before see and hear nothing more. */
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

  /** The gateway has seen this incarnation, whatever the journal says. */
  public void gatewayKnows(AgentRef agent, long incarnation) {
    registered.put(agent, incarnation);
  }

  /** Somebody else than the pit starts it. */
  public void startByHand(AgentRef agent, long incarnation) {
    running.put(agent, incarnation);
  }

  public void kill(AgentRef agent) {
    ends(agent, new AgentExit(Instant.EPOCH, "killed on paper"));
  }

  /** It ends by itself, with this exit status. */
  public void exits(AgentRef agent, int status) {
    String detail = "ended with status " + status;
    ends(agent, new AgentExit(Instant.EPOCH, detail, OptionalInt.of(status)));
  }

  private void ends(AgentRef agent, AgentExit exit) {
    running.remove(agent);
    frozen.remove(agent);
    machine.ended(agent, exit);
  }

  /** One pit's view. */
  final class Machine implements FencedReviver {

    private final Map<AgentRef, CompletableFuture<AgentExit>> exits = new HashMap<>();

    @Override
    public String name() {
      return "paper";
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
          ? new Presence.Absent("nothing of it runs")
          : new Presence.Running(
              new RunningAgent(
                  agent,
                  incarnation,
                  "a process on paper",
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
        return new StopOutcome.StillThere("unkillable on paper");
      }
      running.remove(agent);
      frozen.remove(agent);
      ended(agent, new AgentExit(Instant.EPOCH, "stopped on paper"));
      return new StopOutcome.Gone("gone on paper");
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
        throw new IOException("cannot start on paper");
      }
      starts.add(new Start(agent, order.incarnation()));
      CompletableFuture<AgentExit> exit = new CompletableFuture<>();
      if (fate == Fate.LIVES) {
        running.put(agent, order.incarnation());
        exits.put(agent, exit);
      } else {
        exit.complete(new AgentExit(Instant.EPOCH, "ended at once"));
      }
      return new RunningAgent(agent, order.incarnation(), "a process on paper", exit);
    }

    @Override
    public void close() {}
  }

  /** The gateway that all agents beat to, as long as they are well. */
  final class Gateway implements HealthProbe {

    @Override
    public String name() {
      return "paper";
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
          target.agent(), verdict, incarnation, beating, "silent on paper", Duration.ZERO);
    }

    @Override
    public void register(ProbeTarget target) {
      registered.merge(target.agent(), target.incarnation(), Math::max);
    }
  }
}
