package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncarnationTest {

  private final HealthRegistry registry = HealthRegistry.create();

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, Incarnation.MAX + 1, Long.MAX_VALUE})
  void numberOutsideOfTheRangeIsRefusedAndMovesNothing(long number) {
    registry.register("a", Map.of(), 3);
    refused(number, () -> Heartbeat.builder().incarnation(number));
    refused(number, () -> registry.register("a", Map.of(), number));
    refused(number, () -> registry.tryRegister("b", Map.of(), number));
    refused(number, () -> registry.reportFailure("a", "disk full", number));
    refused(number, () -> health(number));
    refused(number, () -> event(number));
    AgentHealth health = registry.find("a").orElseThrow();
    assertEquals(3, health.incarnation());
    assertEquals(0, health.consecutiveFailures());
    assertEquals(1, registry.size());
  }

  private static void refused(long number, Executable call) {
    assertEquals(
        "incarnation: " + number + " is not a whole number from 0 to 1000000000",
        assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  private static AgentHealth health(long number) {
    return new AgentHealth(
        "a", HealthStatus.HEALTHY, null, null, 0, null, null, Map.of(), number, null, null, null);
  }

  private static HealthEvent event(long number) {
    return new HealthEvent(
        "a",
        HealthStatus.HEALTHY,
        HealthStatus.DEGRADED,
        HealthCause.SILENCE,
        Instant.EPOCH,
        number,
        null);
  }

  @Test
  void largestNumberIsAccepted() {
    registry.heartbeat("a", Heartbeat.builder().incarnation(Incarnation.MAX).build());
    assertEquals(Incarnation.MAX, registry.find("a").orElseThrow().incarnation());
    registry.reportFailure("a", "of any incarnation");
    assertEquals(1, registry.find("a").orElseThrow().consecutiveFailures());
  }
}
