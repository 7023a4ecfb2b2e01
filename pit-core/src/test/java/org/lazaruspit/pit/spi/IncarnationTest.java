package org.lazaruspit.pit.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;

/** Range of incarnations in the values that plug-ins exchange with the pit. */
final class IncarnationTest {

  private static final AgentRef AGENT = new AgentRef(new UUID(1, 1), "writer");

  @Test
  void cellsAndRegistriesHaveOneRange() {
    assertEquals(org.lazaruspit.heartbeat.Incarnation.MAX, Incarnation.MAX);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, Incarnation.MAX + 1, Long.MAX_VALUE})
  void aNumberOutsideOfTheRangeIsRefusedInEveryValue(long number) {
    refused(() -> start(number));
    refused(() -> new StopOrder(AGENT, number, Duration.ZERO));
    refused(() -> new StopOutcome.TooOld(number));
    refused(() -> running(number));
    refused(() -> target(number));
    refused(() -> result(number));
  }

  @Test
  void theLargestNumberIsAcceptedInEveryValue() {
    assertEquals(Incarnation.MAX, start(Incarnation.MAX).incarnation());
    assertEquals(Incarnation.MAX, running(Incarnation.MAX).incarnation());
    assertEquals(Incarnation.MAX, target(Incarnation.MAX).incarnation());
    assertEquals(Incarnation.MAX, result(Incarnation.MAX).incarnation());
    StopOrder any = StopOrder.anyIncarnation(AGENT, Duration.ZERO);
    assertFalse(any.isTooOldFor(Incarnation.MAX));
  }

  private static void refused(Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertEquals("incarnation: ", message.substring(0, 13));
  }

  private static StartOrder start(long number) {
    return new StartOrder(
        AGENT,
        number,
        Path.of("cell"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Path.of("log"));
  }

  private static RunningAgent running(long number) {
    return new RunningAgent(AGENT, number, "pid 1", new CompletableFuture<>());
  }

  private static ProbeTarget target(long number) {
    return new ProbeTarget(AGENT, "writer", number, Optional.empty());
  }

  private static ProbeResult result(long number) {
    return new ProbeResult(AGENT, Verdict.HEALTHY, number, true, "", Duration.ZERO);
  }
}
