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
  private final Semaphore news = new Semaphore(0);
  private final GatewayProbe probe = new GatewayProbe();

  @TempDir Path folder;

  @AfterEach
  void close() {
    registry.close();
  }

  private Listening listen(URI uri, @Nullable Path token) {
    return probe.listen(new GatewayAddress("g", uri, token), news::release);
  }

  private void awaitNews() throws InterruptedException {
    assertTrue(news.tryAcquire(30, TimeUnit.SECONDS), "nothing was heard");
  }

  @Test
  void aChangeOfStatusIsNewsAndSoIsTheConnection() throws Exception {
    registry.start();
    registry.register("a");
    Path token = Files.writeString(folder.resolve("token"), "secret\n");
    try (HeartbeatServer server =
            HeartbeatServer.builder(registry).port(0).token("secret").start();
        Listening listening = listen(server.uri(), token)) {
      awaitNews();
      registry.reportFailure("a", "disk full");
      awaitNews();
    }
  }

  @Test
  void aGatewayThatComesBackIsHeardAgain() throws Exception {
    registry.start();
    HeartbeatServer first = HeartbeatServer.builder(registry).port(0).start();
    try (Listening listening = listen(first.uri(), null)) {
      awaitNews();
      first.close();
      try (HeartbeatServer second =
          HeartbeatServer.builder(registry).port(first.address().getPort()).start()) {
        awaitNews();
        registry.register("a");
        registry.reportFailure("a", "disk full");
        awaitNews();
      }
    }
  }

  @Test
  void anEndedListenerHearsNothingAndItsThreadEnds() throws Exception {
    registry.start();
    registry.register("a");
    try (HeartbeatServer server = HeartbeatServer.builder(registry).port(0).start()) {
      Listening listening = listen(server.uri(), null);
      awaitNews();
      Thread thread = reader();
      listening.close();
      listening.close();
      thread.join();
      registry.reportFailure("a", "disk full");
      assertFalse(news.tryAcquire());
    }
  }

  @Test
  void aGatewayWithoutEventsIsAskedForThemOnceInAWhile() throws Exception {
    try (CannedGateway gateway = new CannedGateway()) {
      gateway.answers(404, "{}");
      try (Listening listening = listen(gateway.uri(), null)) {
        gateway.awaitRequest();
        while (!pauses(reader())) {
          Thread.onSpinWait();
        }
      }
      assertEquals(1, gateway.requests().size());
      assertFalse(news.tryAcquire());
    }
  }

  private static Thread reader() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(found -> found.getName().equals("pit-events-g"))
        .findFirst()
        .orElseThrow();
  }

  /** Whether it has done with an answer and waits for the time of the next request. */
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
