package org.lazaruspit.pit.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.http.HeartbeatServer;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe.Listening;

@Timeout(60)
final class GatewayEventStreamTest {

  private final HealthRegistry registry = HealthRegistry.create();
  private final Semaphore changes = new Semaphore(0);
  private final GatewayProbe probe = new GatewayProbe();

  @TempDir Path folder;

  @AfterEach
  void close() {
    registry.close();
  }

  private Listening listen(URI uri, @Nullable Path token) {
    return probe.listen(new GatewayAddress("g", uri, token), changes::release);
  }

  private void awaitChange() throws InterruptedException {
    assertTrue(changes.tryAcquire(30, TimeUnit.SECONDS), "no change was reported");
  }

  @Test
  void aChangeOfStatusIsReportedAndSoIsTheConnection() throws Exception {
    registry.start();
    registry.register("a");
    Path token = Files.writeString(folder.resolve("token"), "secret\n");
    try (HeartbeatServer server =
            HeartbeatServer.builder(registry).port(0).token("secret").start();
        Listening listening = listen(server.uri(), token)) {
      awaitChange();
      registry.reportFailure("a", "disk full");
      awaitChange();
    }
  }

  @Test
  void aRestartedGatewayIsReadAgain() throws Exception {
    registry.start();
    HeartbeatServer first = HeartbeatServer.builder(registry).port(0).start();
    try (Listening listening = listen(first.uri(), null)) {
      awaitChange();
      first.close();
      try (HeartbeatServer second =
          HeartbeatServer.builder(registry).port(first.address().getPort()).start()) {
        awaitChange();
        registry.register("a");
        registry.reportFailure("a", "disk full");
        awaitChange();
      }
    }
  }

  @Test
  void aClosedStreamReportsNothingAndItsThreadEnds() throws Exception {
    registry.start();
    registry.register("a");
    try (HeartbeatServer server = HeartbeatServer.builder(registry).port(0).start()) {
      Listening listening = listen(server.uri(), null);
      awaitChange();
      Thread thread = reader();
      listening.close();
      listening.close();
      thread.join();
      registry.reportFailure("a", "disk full");
      assertFalse(changes.tryAcquire());
    }
  }

  @Test
  void aGatewayWithoutEventsIsRetriedAfterALongPause() throws Exception {
    try (CannedGateway gateway = new CannedGateway()) {
      gateway.answers(404, "{}");
      try (Listening listening = listen(gateway.uri(), null)) {
        gateway.awaitRequest();
        while (!pauses(reader())) {
          Thread.onSpinWait();
        }
      }
      assertEquals(1, gateway.requests().size());
      assertFalse(changes.tryAcquire());
    }
  }

  private static Thread reader() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(found -> found.getName().equals("pit-events-g"))
        .findFirst()
        .orElseThrow();
  }

  /** Returns whether the thread pauses between two connections. */
  private static boolean pauses(Thread reader) {
    StackTraceElement[] stack = reader.getStackTrace();
    return IntStream.range(1, stack.length)
        .anyMatch(
            i ->
                stack[i].getClassName().equals(GatewayEventStream.class.getName())
                    && stack[i - 1].getClassName().equals(CountDownLatch.class.getName()));
  }

  @Test
  void theLongestPauseGrowsUpToHalfAMinute() throws IOException {
    assertEquals(Duration.ofSeconds(1), GatewayEventStream.longestPause(1));
    assertEquals(Duration.ofSeconds(2), GatewayEventStream.longestPause(2));
    assertEquals(Duration.ofSeconds(30), GatewayEventStream.longestPause(6));
    assertEquals(Duration.ofSeconds(30), GatewayEventStream.longestPause(1_000_000));
  }
}
