package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Table of the rules: the events of an agent, its final status with failures in a row, and the
 * reported changes. Times are seconds; "300 s" is silence, "beat x" a heartbeat with the progress
 * x, "beat @2" a heartbeat of incarnation 2.
 */
class EscalationTableTest {
  @ParameterizedTest(name = "{0}: {1} -> {2} {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # Registration and silence, with defaults: 300 s are one failure, degraded from 1, unhealthy from 3
          defaults | register                               | healthy 0   |
          defaults | register; 299 s                        | healthy 0   |
          defaults | register; 300 s                        | degraded 1  | degraded silence
          defaults | register; 599 s                        | degraded 1  | degraded silence
          defaults | register; 600 s                        | degraded 2  | degraded silence
          defaults | register; 899 s                        | degraded 2  | degraded silence
          defaults | register; 900 s                        | unhealthy 3 | degraded silence, unhealthy silence
          defaults | register; 1500 s                       | unhealthy 5 | degraded silence, unhealthy silence
          defaults | register; asleep 900 s                 | unhealthy 3 | unhealthy silence
          defaults | beat; 299 s; beat; 299 s               | healthy 0   |
          defaults | beat; 150 s; beat; 300 s               | degraded 1  | degraded silence
          # A heartbeat makes healthy, from every status
          defaults | register; beat                         | healthy 0   |
          defaults | beat; 300 s; beat                      | healthy 0   | degraded silence, healthy heartbeat
          defaults | beat; 900 s; beat                      | healthy 0   | degraded silence, unhealthy silence, healthy heartbeat
          defaults | fail; beat                             | healthy 0   | degraded reported, healthy heartbeat
          # Reported failures
          defaults | fail                                   | degraded 1  | degraded reported
          defaults | fail; fail                             | degraded 2  | degraded reported
          defaults | fail; fail; fail                       | unhealthy 3 | degraded reported, unhealthy reported
          defaults | fail; fail; beat; fail                 | degraded 1  | degraded reported, healthy heartbeat, degraded reported
          defaults | fail; fail; fail; fail                 | unhealthy 4 | degraded reported, unhealthy reported
          # Failures and silence add up, and a reported failure is no sign of life
          defaults | beat; 600 s; fail                      | unhealthy 3 | degraded silence, unhealthy reported
          defaults | fail; fail; 300 s                      | unhealthy 3 | degraded reported, unhealthy silence
          defaults | beat; 299 s; fail; 1 s                 | degraded 2  | degraded reported
          # Registering a known agent is no sign of life and forgives nothing
          defaults | beat; 299 s; register; 1 s             | degraded 1  | degraded silence
          defaults | fail; register                         | degraded 1  | degraded reported
          # Thresholds
          degradedAfter=2 | fail                            | healthy 1   |
          degradedAfter=2 | fail; fail                      | degraded 2  | degraded reported
          degradedAfter=2 | beat; 300 s                     | healthy 1   |
          degradedAfter=2 | beat; 600 s                     | degraded 2  | degraded silence
          unhealthyAfter=1 | fail                           | unhealthy 1 | unhealthy reported
          unhealthyAfter=5 | beat; 1200 s                   | degraded 4  | degraded silence
          timeout=10      | beat; 10 s                      | degraded 1  | degraded silence
          # Recovery after several good heartbeats in a row
          recoverAfter=3 | fail; beat                       | degraded 0  | degraded reported
          recoverAfter=3 | fail; beat; beat                 | degraded 0  | degraded reported
          recoverAfter=3 | fail; beat; beat; beat           | healthy 0   | degraded reported, healthy heartbeat
          recoverAfter=3 | fail; beat; beat; fail; beat     | degraded 0  | degraded reported
          recoverAfter=3 | fail; beat; beat; 300 s; beat; beat | degraded 0 | degraded reported
          recoverAfter=3 | beat; 900 s; beat; fail          | unhealthy 1 | degraded silence, unhealthy silence
          recoverAfter=3 | beat; 900 s; beat; beat; beat    | healthy 0   | degraded silence, unhealthy silence, healthy heartbeat
          recoverAfter=2 | beat; beat; 100 s; beat          | healthy 0   |
          # Progress: off, never reported, changing, standing still
          defaults       | beat x; 200 s; beat x; 200 s; beat x | healthy 0 |
          progress=100 | beat; 99 s; beat; 99 s; beat       | healthy 0   |
          progress=100 | beat x; 99 s; beat y; 99 s; beat z | healthy 0   |
          progress=100 | beat x; 50 s; beat; 49 s           | healthy 0   |
          progress=100 | beat x; 50 s; beat x; 50 s         | degraded 0  | degraded stuck
          progress=100 | beat x; 50 s; beat; 50 s           | degraded 0  | degraded stuck
          progress=100 | beat x; 299 s; beat x              | degraded 0  | degraded stuck
          progress=100 | beat x; 150 s; beat x; 150 s       | unhealthy 0 | degraded stuck, unhealthy stuck
          progress=100 | beat x; 150 s; beat x; 150 s; beat y | healthy 0 | degraded stuck, unhealthy stuck, healthy heartbeat
          progress=100 | beat x; 100 s; beat x              | degraded 0  | degraded stuck
          progress=100 | beat x; 100 s; beat y              | healthy 0   | degraded stuck, healthy heartbeat
          progress=100 | beat x; 100 s; fail; beat x        | degraded 0  | degraded stuck
          # Standstill does not count during silence
          progress=200 | beat x; 900 s; beat x              | degraded 0  | degraded stuck, unhealthy silence, degraded heartbeat
          # Waiting: deadline and progress window move, up to a ceiling of 3600 s
          defaults | beat waiting 600; 899 s                | healthy 0   |
          defaults | beat waiting 600; 900 s                | degraded 1  | degraded silence
          defaults | beat waiting; 3899 s                   | healthy 0   |
          defaults | beat waiting; 3900 s                   | degraded 1  | degraded silence
          defaults | beat waiting 9999; 3900 s              | degraded 1  | degraded silence
          defaults | beat waiting 0; 300 s                  | degraded 1  | degraded silence
          defaults | beat waiting 600; 10 s; beat; 300 s    | degraded 1  | degraded silence
          defaults | fail; beat waiting 600                 | healthy 0   | degraded reported, healthy heartbeat
          ceiling=100 | beat waiting 600; 399 s             | healthy 0   |
          ceiling=100 | beat waiting 600; 400 s             | degraded 1  | degraded silence
          progress=100 | beat x waiting 500; 599 s          | healthy 0   |
          progress=100 | beat x waiting 500; 600 s          | degraded 0  | degraded stuck
          progress=100 | beat x; 90 s; beat x waiting 500; 10 s; beat; 9 s  | healthy 0  |
          progress=100 | beat x; 90 s; beat x waiting 500; 10 s; beat; 10 s | degraded 0 | degraded stuck
          # The ceiling counts from the first of the heartbeats in a row with a wait
          progress=100, ceiling=50 | beat x waiting 40; 40 s; beat x waiting 40; 109 s | healthy 0  |
          progress=100, ceiling=50 | beat x waiting 40; 40 s; beat x waiting 40; 110 s | degraded 0 | degraded stuck
          # Incarnations: older refused, newer with cleared failures
          defaults | fail; fail; beat @1                    | healthy 0   | degraded reported, healthy incarnation
          defaults | fail; fail; register @1                | healthy 0   | degraded reported, healthy incarnation
          defaults | beat @1; 900 s; beat @2; 299 s         | healthy 0   | degraded silence, unhealthy silence, healthy incarnation
          defaults | beat @2; 299 s; zombie @1; 1 s         | degraded 1  | degraded silence
          defaults | beat @2; 299 s; zombie; 1 s            | degraded 1  | degraded silence
          defaults | beat @2; 300 s; zombie @1              | degraded 1  | degraded silence
          defaults | beat @2; 299 s; register @2; 1 s       | degraded 1  | degraded silence
          defaults | beat @2; 299 s; register @3; 299 s     | healthy 0   |
          recoverAfter=3 | fail; beat @1                    | healthy 0   | degraded reported, healthy incarnation
          progress=100 | beat x; 100 s; beat @1; 200 s      | healthy 0   | degraded stuck, healthy incarnation
          # The grace of a new incarnation, one time-out by default; less means the same
          grace=1000 | register @1; 999 s                   | healthy 0   |
          grace=1000 | register @1; 1000 s                  | degraded 1  | degraded silence
          grace=1000 | beat; 300 s                          | degraded 1  | degraded silence
          grace=1000 | beat @1; 100 s; beat @1; 899 s       | healthy 0   |
          grace=1000 | beat @1; 100 s; beat @1; 900 s       | degraded 1  | degraded silence
          grace=1000 | register @1; fail                    | degraded 1  | degraded reported
          grace=10   | register @1; 299 s                   | healthy 0   |
          grace=10   | register @1; 300 s                   | degraded 1  | degraded silence
          """)
  void eventsOfAnAgentLeadToStatusAndChanges(
      String rules, String steps, String result, String changes) {
    Scenario scenario = new Scenario(rules(rules));
    for (String step : steps.split(";", -1)) {
      scenario.run(step.strip());
    }
    AgentHealth agent = scenario.registry.find("a").orElseThrow();
    assertEquals(result, agent.status().wireName() + " " + agent.consecutiveFailures());
    assertEquals(changes == null ? "" : changes, String.join(", ", scenario.changes));
  }

  private static HealthRules rules(String settings) {
    HealthRules.Builder rules = HealthRules.builder();
    for (String setting : settings.equals("defaults") ? new String[0] : settings.split(", ", -1)) {
      int value = Integer.parseInt(setting.substring(setting.indexOf('=') + 1));
      switch (setting.substring(0, setting.indexOf('='))) {
        case "timeout" -> rules.timeout(Duration.ofSeconds(value));
        case "degradedAfter" -> rules.degradedAfter(value);
        case "unhealthyAfter" -> rules.unhealthyAfter(value);
        case "recoverAfter" -> rules.recoverAfter(value);
        case "progress" -> rules.progressWindow(Duration.ofSeconds(value));
        case "grace" -> rules.grace(Duration.ofSeconds(value));
        case "ceiling" -> rules.waitingCeiling(Duration.ofSeconds(value));
        default -> throw new IllegalArgumentException(setting);
      }
    }
    return rules.build();
  }

  /** Agent "a" in a registry, driven by the steps of a scenario. */
  private static final class Scenario {
    private final FakeTime time = new FakeTime();
    private final List<String> changes = new ArrayList<>();
    private final HealthRegistry registry;

    Scenario(HealthRules rules) {
      registry =
          HealthRegistry.builder()
              .rules(rules)
              .ticker(time)
              .clock(time)
              .listenerExecutor(Runnable::run)
              .build();
      registry.addListener(
          "scenario", event -> changes.add(event.to().wireName() + " " + event.cause().wireName()));
    }

    void run(String step) {
      String[] words = step.split(" ", -1);
      int last = words.length - 1;
      boolean fenced = words[last].startsWith("@");
      long incarnation = fenced ? Long.parseLong(words[last].substring(1)) : 0;
      switch (words[0]) {
        case "register" -> registry.register("a", Map.of(), incarnation);
        case "beat" -> registry.heartbeat("a", beat(words, fenced, incarnation));
        case "zombie" ->
            assertEquals(
                new HeartbeatOutcome.StaleIncarnation(2),
                registry.heartbeat("a", beat(words, fenced, incarnation)));
        case "fail" -> {
          if (registry.find("a").isEmpty()) {
            registry.register("a");
          }
          registry.reportFailure("a", "refused");
        }
        case "asleep" -> {
          time.advanceSeconds(Long.parseLong(words[1]));
          registry.checkTimeouts();
        }
        default -> {
          for (int i = 0; i < Integer.parseInt(words[0]); i++) {
            time.advanceSeconds(1);
            registry.checkTimeouts();
          }
        }
      }
    }

    private static Heartbeat beat(String[] words, boolean fenced, long incarnation) {
      Heartbeat.Builder beat = Heartbeat.builder();
      if (fenced) {
        beat.incarnation(incarnation);
      }
      for (int i = 1; i < words.length; i++) {
        if (words[i].equals("waiting")) {
          boolean ends = i + 1 < words.length;
          beat.waiting(
              ends
                  ? Waiting.lasting("human", Duration.ofSeconds(Long.parseLong(words[i + 1])))
                  : Waiting.of("human"));
        } else if (words[i].length() == 1 && Character.isLetter(words[i].charAt(0))) {
          beat.progress(words[i]);
        }
      }
      return beat.build();
    }
  }
}
