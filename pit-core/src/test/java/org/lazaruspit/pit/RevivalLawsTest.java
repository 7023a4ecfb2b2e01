package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.pit.Revival.Origin;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.FakeMachine;
import org.lazaruspit.pit.testkit.SimulatedPit;

/**
 * Checks the laws of revival for arbitrary sequences of deaths, decisions, orders, edits, clock
 * jumps and crashes of the pit after any line, with any part of the last write lost.
 */
final class RevivalLawsTest {

  private static final int MAX_RETRIES = 2;

  /** Event of a sequence; refusals are ignored. */
  interface Happening {
    void in(World world) throws IOException, InterruptedException;
  }

  record Named(String name, Happening happening) {
    @Override
    public String toString() {
      return name;
    }
  }

  @Property(tries = 150, edgeCases = net.jqwik.api.EdgeCasesMode.NONE)
  void theLawsHold(@ForAll("histories") List<Named> history) throws Exception {
    check(history);
  }

  @Property(tries = 1000, edgeCases = net.jqwik.api.EdgeCasesMode.NONE)
  @Tag("full")
  void theLawsHoldForLong(@ForAll("histories") List<Named> history) throws Exception {
    check(history);
  }

  private static void check(List<Named> history) throws Exception {
    try (World world = new World()) {
      for (Named next : history) {
        world.live(next.happening());
        world.requireLaws();
      }
      world.settle();
    }
  }

  @Provide
  Arbitrary<List<Named>> histories() {
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(12, Arbitraries.just(new Named("round", World::round))),
            net.jqwik.api.Tuple.of(6, onAgent("kill", World::kill)),
            net.jqwik.api.Tuple.of(2, onAgent("freeze", World::freeze)),
            net.jqwik.api.Tuple.of(2, troubles()),
            net.jqwik.api.Tuple.of(4, fates()),
            net.jqwik.api.Tuple.of(6, seconds()),
            net.jqwik.api.Tuple.of(1, jumps()),
            net.jqwik.api.Tuple.of(5, crashes()),
            net.jqwik.api.Tuple.of(2, policies()),
            net.jqwik.api.Tuple.of(4, Arbitraries.just(new Named("approve", World::approve))),
            net.jqwik.api.Tuple.of(1, Arbitraries.just(new Named("deny", World::deny))),
            net.jqwik.api.Tuple.of(1, onAgent("stop", World::stop)),
            net.jqwik.api.Tuple.of(1, onAgent("pause", World::pause)),
            net.jqwik.api.Tuple.of(2, onAgent("resume", World::resume)),
            net.jqwik.api.Tuple.of(1, onAgent("lift", World::lift)),
            net.jqwik.api.Tuple.of(1, onAgent("revive", World::revive)),
            net.jqwik.api.Tuple.of(1, onAgent("edit", World::setToRunByHand)),
            net.jqwik.api.Tuple.of(1, missions()))
        .list()
        .ofMinSize(5)
        .ofMaxSize(60);
  }

  private interface OnAgent {
    void in(World world, AgentRef agent) throws IOException, InterruptedException;
  }

  private static Arbitrary<Named> onAgent(String name, OnAgent action) {
    return Arbitraries.of(World.AGENTS)
        .map(agent -> new Named(name + " " + agent, w -> action.in(w, SimulatedPit.agent(agent))));
  }

  private static Arbitrary<Named> fates() {
    return Arbitraries.of(FakeMachine.Fate.class)
        .map(fate -> new Named("next " + fate, world -> world.pit.machine.fates.add(fate)));
  }

  private static Arbitrary<Named> troubles() {
    return Arbitraries.of(
        new Named("unkillable twice", world -> world.pit.machine.unkillable = 2),
        new Named("gateway away for two polls", world -> world.pit.machine.unreachable = 2));
  }

  private static Arbitrary<Named> seconds() {
    return Arbitraries.integers()
        .between(1, 900)
        .map(s -> new Named(s + " s pass", w -> w.pit.advance(Duration.ofSeconds(s))));
  }

  private static Arbitrary<Named> jumps() {
    return Arbitraries.integers()
        .between(-3, 3)
        .map(days -> new Named("clock " + days + " d", w -> w.pit.advance(Duration.ofDays(days))));
  }

  private static Arbitrary<Named> crashes() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 9), Arbitraries.doubles().between(0, 1))
        .as(
            (lines, written) ->
                new Named(
                    "killed after %d lines, %.2f of the last".formatted(lines, written),
                    world -> world.killAfter(lines, written)));
  }

  private static Arbitrary<Named> policies() {
    return Arbitraries.of(AutoRevive.class)
        .map(policy -> new Named("policy " + policy, world -> world.policy(policy)));
  }

  private static Arbitrary<Named> missions() {
    return Arbitraries.of(CellStatus.ACTIVE, CellStatus.ACTIVE, CellStatus.PAUSED)
        .map(status -> new Named("mission " + status, world -> world.mission(status)));
  }

  /** Runs the events, and checks the laws independently of the rules. */
  static final class World implements AutoCloseable {

    static final List<String> AGENTS = List.of("writer", "reader", "lead");

    final SimulatedPit pit = new SimulatedPit(AGENTS.toArray(String[]::new));
    private final Map<String, AutoRevive> policyAtRequest = new HashMap<>();
    private final Set<String> approved = new HashSet<>();
    private final Set<AgentRef> stopped = new HashSet<>();
    private final Set<AgentRef> paused = new HashSet<>();
    private AutoRevive policy = AutoRevive.YES;
    private CellStatus mission = CellStatus.ACTIVE;
    private double written = 1;

    World() throws IOException, InterruptedException {
      policy(AutoRevive.YES);
      pit.afterEachLine = this::noteRequests;
      pit.machine.beforeStart = this::requirePermission;
      pit.round();
    }

    void live(Happening next) throws IOException, InterruptedException {
      try {
        next.in(this);
      } catch (IllegalStateException | NoSuchElementException notPossible) {
        // an impossible order is refused without effect
      } catch (SimulatedPit.Killed e) {
        assertFalse(pit.alive());
      }
      if (!pit.alive()) { // a crash in a callback is not reported by the pit
        pit.restart(written);
      }
    }

    private void noteRequests() {
      for (Revival revival : pit.revivals.all()) {
        policyAtRequest.putIfAbsent(revival.id(), policy);
      }
    }

    private void requirePermission(AgentRef agent) {
      Revival revival = pit.ledger().of(agent.agentId()).openRevival().orElseThrow();
      boolean person = revival.origin() == Origin.OPERATOR || approved.contains(revival.id());
      if (!person && policyAtRequest.get(revival.id()) != AutoRevive.YES) {
        pit.machine.violations.add(revival + " started without permission");
      }
      if (stopped.contains(agent) || paused.contains(agent)) {
        pit.machine.violations.add(agent + " started although an operator has stopped it");
      }
      if (mission != CellStatus.ACTIVE) {
        pit.machine.violations.add(agent + " started although its mission is " + mission);
      }
    }

    void requireLaws() throws IOException {
      assertEquals(List.of(), pit.machine.violations);
      if (!pit.ownsCell()) {
        return;
      }
      for (Revival revival : pit.revivals.all()) {
        assertTrue(revival.attempt() <= 1 + MAX_RETRIES, revival::toString);
        assertFalse(!revival.status().open() && revival.detail().isBlank(), revival::toString);
      }
      RevivalLedger once = RevivalLedger.replay(SimulatedPit.CELL, pit.replayed());
      RevivalLedger twice = RevivalLedger.replay(SimulatedPit.CELL, pit.replayed());
      for (String agent : AGENTS) {
        assertEquals(once.of(agent), pit.ledger().of(agent), "replayed ledger equals live ledger");
        assertEquals(once.of(agent), twice.of(agent));
        assertTrue(once.of(agent).open().size() <= 1, () -> once.of(agent).toString());
      }
    }

    /** Allows all, ends all faults, and checks that every agent becomes well. */
    void settle() throws Exception {
      pit.machine.fates.clear();
      pit.machine.unreachable = 0;
      pit.machine.unkillable = 0;
      live(world -> world.mission(CellStatus.ACTIVE));
      live(world -> world.policy(AutoRevive.YES));
      pit.killAfter(Integer.MAX_VALUE);
      pit.round();
      for (String id : AGENTS) {
        AgentRef agent = SimulatedPit.agent(id);
        resume(agent);
        lift(agent);
        setToRunByHand(agent);
      }
      // A denial holds for its incarnation until an operator orders a revival.
      for (int i = 0; i < 8; i++) {
        pit.advance(Duration.ofMinutes(6));
        pit.round();
        reviveDeniedAgents();
        approve();
      }
      requireLaws();
      for (String id : AGENTS) {
        AgentRef agent = SimulatedPit.agent(id);
        assertTrue(pit.machine.well(agent), () -> agent + " is not well: " + pit.ledger().of(id));
        assertEquals(
            pit.ledger().incarnation(id), pit.machine.running().get(agent), "in the newest one");
        assertEquals(List.of(), pit.ledger().of(id).open());
      }
    }

    private void reviveDeniedAgents() throws IOException {
      for (String id : AGENTS) {
        Optional<Revival> latest = pit.ledger().of(id).latest();
        if (latest.filter(it -> it.status() == RevivalStatus.DENIED).isPresent()
            && !pit.machine.well(SimulatedPit.agent(id))) {
          revive(SimulatedPit.agent(id));
        }
      }
    }

    void round() throws IOException, InterruptedException {
      pit.round();
    }

    void kill(AgentRef agent) {
      pit.machine.kill(agent);
    }

    void freeze(AgentRef agent) {
      pit.machine.freeze(agent);
    }

    void killAfter(int lines, double part) {
      written = part;
      pit.killAfter(lines);
    }

    void policy(AutoRevive next) throws IOException {
      pit.files()
          .updatePolicies(
              before ->
                  new RevivalPolicies(
                      next, Duration.ofSeconds(1), null, null, null, null, MAX_RETRIES));
      policy = next;
    }

    void mission(CellStatus status) throws IOException, InterruptedException {
      pit.files().updateConfig(config -> config.withStatus(status));
      mission = status;
      pit.round();
    }

    void approve() throws IOException {
      for (Revival revival : pit.revivals.all()) {
        if (revival.status() == RevivalStatus.PENDING_APPROVAL) {
          approved.add(revival.id());
          pit.revivals.approve(revival.id(), "yes");
        }
      }
    }

    void deny() throws IOException {
      for (Revival revival : pit.revivals.all()) {
        if (revival.status() == RevivalStatus.PENDING_APPROVAL) {
          pit.revivals.deny(revival.id(), "no");
        }
      }
    }

    void stop(AgentRef agent) throws IOException {
      stopped.add(agent);
      paused.remove(agent);
      orElse(() -> pit.revivals.stop(agent, "stop"), () -> stopped.remove(agent));
    }

    void pause(AgentRef agent) throws IOException {
      Instant end = pit.now().plus(Duration.ofDays(3000));
      paused.add(agent);
      stopped.remove(agent);
      orElse(
          () -> pit.revivals.pause(agent, Optional.of(end), "pause"), () -> paused.remove(agent));
    }

    void resume(AgentRef agent) throws IOException {
      stopped.remove(agent);
      paused.remove(agent);
      pit.revivals.resume(agent, "resume");
    }

    void lift(AgentRef agent) throws IOException {
      pit.revivals.lift(agent, "lift");
    }

    void revive(AgentRef agent) throws IOException {
      stopped.remove(agent);
      paused.remove(agent);
      pit.revivals.all().stream()
          .filter(revival -> revival.agent().equals(agent) && revival.status().open())
          .forEach(revival -> approved.add(revival.id()));
      pit.revivals.revive(agent, "revive");
    }

    void setToRunByHand(AgentRef agent) throws IOException {
      pit.files().updateAgent(agent.agentId(), spec -> spec.withStatus(AgentStatus.ACTIVE));
    }

    private interface Order {
      void give() throws IOException;
    }

    /** Gives an order; a crash may lose it, so it then has no effect on the laws. */
    private void orElse(Order order, Runnable undo) throws IOException {
      try {
        order.give();
      } catch (SimulatedPit.Killed | IllegalStateException | NoSuchElementException e) {
        undo.run();
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      pit.close();
    }
  }
}
