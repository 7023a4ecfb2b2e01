package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Random action sequences of a small fleet, in the registry and in the model. */
class HealthRegistryModelTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Action on the fleet. */
  sealed interface Action {}

  record Register(String id, long incarnation) implements Action {}

  record Beat(String id, long incarnation, @Nullable String progress, long waitFor)
      implements Action {}

  record Fail(String id) implements Action {}

  record Unregister(String id) implements Action {}

  record Advance(int seconds) implements Action {}

  /** Pause of the process; a heartbeat may arrive before the next check. */
  record Pause(int seconds, @Nullable String firstBeat) implements Action {}

  record SetWallClock(int hours) implements Action {}

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void registryAndModelAgreeOnEveryStatusAndEveryEvent(
      @ForAll("settings") FleetModel.Settings settings,
      @ForAll("actionSequences") List<Action> actions) {
    Pair pair = new Pair(settings);
    for (Action action : actions) {
      pair.run(action);
    }
    pair.run(new Advance(40));
  }

  /** Registry and model, side by side. */
  private static final class Pair {
    private final FakeTime time = new FakeTime(Long.MAX_VALUE - Duration.ofSeconds(30).toNanos());
    private final List<String> events = new ArrayList<>();
    private final HealthRegistry registry;
    private final FleetModel model;

    Pair(FleetModel.Settings settings) {
      model = new FleetModel(settings);
      registry =
          HealthRegistry.builder()
              .rules(settings.rules())
              .ticker(time)
              .clock(time)
              .checkInterval(SECOND)
              .listenerExecutor(Runnable::run)
              .build();
      registry.addListener("test", event -> events.add(text(event)));
    }

    private static String text(HealthEvent event) {
      return "%s %s -> %s %s %d"
          .formatted(event.agentId(), event.from(), event.to(), event.cause(), event.incarnation());
    }

    void run(Action action) {
      if (action instanceof Advance advance) {
        for (int i = 0; i < advance.seconds(); i++) {
          time.advance(SECOND);
          model.secondPasses();
          check(action + ", second " + (i + 1));
        }
        return;
      }
      apply(action);
      check(action.toString());
    }

    private void apply(Action action) {
      if (action instanceof Register register) {
        HeartbeatOutcome outcome =
            registry.tryRegister(register.id(), Map.of(), register.incarnation());
        assertEquals(
            model.register(register.id(), register.incarnation()),
            outcome instanceof HeartbeatOutcome.Accepted);
      } else if (action instanceof Beat beat) {
        beat(beat);
      } else if (action instanceof Fail fail) {
        registry.reportFailure(fail.id(), "refused");
        model.fail(fail.id(), "refused");
      } else if (action instanceof Unregister unregister) {
        registry.unregister(unregister.id());
        model.unregister(unregister.id());
      } else if (action instanceof Pause pause) {
        time.advanceSeconds(pause.seconds());
        model.secondPasses();
        if (pause.firstBeat() != null) {
          beat(new Beat(pause.firstBeat(), 9, null, -1));
        }
      } else if (action instanceof SetWallClock set) {
        time.setWall(time.instant().plus(Duration.ofHours(set.hours())));
      }
    }

    private void beat(Beat beat) {
      Heartbeat.Builder heartbeat = Heartbeat.builder().incarnation(beat.incarnation());
      if (beat.progress() != null) {
        heartbeat.progress(beat.progress());
      }
      if (beat.waitFor() >= 0) {
        heartbeat.waiting(Waiting.lasting("human", Duration.ofSeconds(beat.waitFor())));
      }
      HeartbeatOutcome outcome = registry.heartbeat(beat.id(), heartbeat.build());
      boolean accepted = model.beat(beat.id(), beat.incarnation(), beat.progress(), beat.waitFor());
      assertEquals(accepted, outcome instanceof HeartbeatOutcome.Accepted);
    }

    private void check(String after) {
      registry.checkTimeouts();
      model.check();
      assertEquals(byAgent(model.events), byAgent(events), () -> "events after " + after);
      assertEquals(expected(), actual(), () -> "agents after " + after);
    }

    private Map<String, String> actual() {
      Map<String, String> actual = new TreeMap<>();
      registry.forEach(agent -> actual.put(agent.agentId(), text(agent)));
      assertEquals(actual.size(), registry.size());
      return actual;
    }

    private static String text(AgentHealth agent) {
      return "%s failures=%d error=%s incarnation=%d progress=%s waiting=%s held=%s beaten=%s"
          .formatted(
              agent.status(),
              agent.consecutiveFailures(),
              agent.errorMessage(),
              agent.incarnation(),
              agent.progress(),
              agent.waiting() != null,
              agent.held() != null,
              agent.lastHeartbeat() != null);
    }

    private Map<String, String> expected() {
      Map<String, String> expected = new TreeMap<>();
      model.agents.forEach((id, agent) -> expected.put(id, text(agent)));
      return expected;
    }

    private static String text(FleetModel.Agent agent) {
      return "%s failures=%d error=%s incarnation=%d progress=%s waiting=%s held=%s beaten=%s"
          .formatted(
              agent.status,
              agent.reported + agent.windows,
              agent.error,
              agent.incarnation,
              agent.progress,
              agent.waiting,
              agent.held,
              agent.hasBeaten);
    }

    /** Groups events by agent, since the order between agents is free. */
    private static Map<String, List<String>> byAgent(List<String> events) {
      Map<String, List<String>> sorted = new TreeMap<>();
      for (String event : events) {
        sorted.computeIfAbsent(event.substring(0, 1), id -> new ArrayList<>()).add(event);
      }
      return sorted;
    }
  }

  @Provide
  Arbitrary<FleetModel.Settings> settings() {
    Arbitrary<int[]> thresholds =
        Combinators.combine(
                Arbitraries.integers().between(3, 12),
                Arbitraries.integers().between(1, 2),
                Arbitraries.integers().between(0, 3),
                Arbitraries.of(1, 1, 2, 3),
                Arbitraries.of(0, 0, 5, 7))
            .as(
                (timeout, degraded, more, recover, window) ->
                    new int[] {timeout, degraded, degraded + more, recover, window});
    return Combinators.combine(
            thresholds,
            Arbitraries.integers().between(1, 30),
            Arbitraries.integers().between(1, 25),
            Arbitraries.of(0.4, 0.5, 1.0),
            Arbitraries.integers().between(2, 8),
            Arbitraries.integers().between(2, 40))
        .as(
            (t, grace, ceiling, part, agents, held) ->
                new FleetModel.Settings(
                    t[0], t[1], t[2], t[3], t[4], grace, ceiling, part, agents, held));
  }

  @Provide
  Arbitrary<List<Action>> actionSequences() {
    Arbitrary<String> ids = Arbitraries.of("a", "b", "c", "d", "e");
    Arbitrary<Long> incarnations = Arbitraries.of(0L, 0L, 0L, 0L, 1L, 2L);
    Arbitrary<Action> register = Combinators.combine(ids, incarnations).as(Register::new);
    Arbitrary<Action> beat =
        Combinators.combine(
                ids,
                incarnations,
                Arbitraries.of("step 1", "step 2").injectNull(0.6),
                Arbitraries.of(-1L, -1L, -1L, 0L, 4L, 15L, 60L))
            .as(Beat::new);
    Arbitrary<Action> fail = ids.map(Fail::new);
    Arbitrary<Action> unregister = ids.map(Unregister::new);
    Arbitrary<Action> advance = Arbitraries.integers().between(1, 15).map(Advance::new);
    Arbitrary<Action> pause =
        Combinators.combine(Arbitraries.integers().between(5, 5000), ids.injectNull(0.5))
            .as(Pause::new);
    Arbitrary<Action> wall = Arbitraries.integers().between(-9, 9).map(SetWallClock::new);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, register),
            net.jqwik.api.Tuple.of(10, beat),
            net.jqwik.api.Tuple.of(3, fail),
            net.jqwik.api.Tuple.of(1, unregister),
            net.jqwik.api.Tuple.of(10, advance),
            net.jqwik.api.Tuple.of(1, pause),
            net.jqwik.api.Tuple.of(1, wall))
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }
}
