package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.heartbeat.HealthRegistry;

class SlowClientsTest {

  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofHours(1);
  private static final String HALF_A_HEAD = "POST /heartbeat/slow HTTP/1.1\r\nHost: loc";
  private static final String HALF_A_BODY =
      "POST /heartbeat/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{\"progress\":";

  private final List<AutoCloseable> opened = new ArrayList<>();

  private ServerFixture gateway(UnaryOperator<HeartbeatServer.Builder> settings)
      throws IOException {
    ServerFixture gateway = ServerFixture.open(settings);
    opened.add(0, gateway);
    return gateway;
  }

  private RawClient slow(ServerFixture gateway, String part) throws IOException {
    RawClient client = RawClient.to(gateway.server());
    opened.add(0, client);
    return client.send(part);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }

  @Test
  void halfAHeadIsCutOff() throws IOException {
    assertTrue(slow(gateway(s -> s.limits(SHORT, LONG, LONG)), HALF_A_HEAD).isCutOff());
  }

  @Test
  void halfABodyIsCutOffAndChangesNothing() throws IOException {
    ServerFixture gateway = gateway(s -> s.limits(LONG, SHORT, LONG));
    assertTrue(slow(gateway, HALF_A_BODY).isCutOff());
    assertEquals(0, gateway.registry().size());
  }

  @Test
  void halfABodyOfARefusedRequestIsCutOff() throws IOException {
    ServerFixture gateway = gateway(s -> s.limits(LONG, SHORT, LONG));
    assertTrue(slow(gateway, HALF_A_BODY.replace("/heartbeat/slow", "/nothing")).isCutOff());
  }

  @Test
  void clientThatSendsByteByByteForEverIsCutOff() throws IOException {
    RawClient client = slow(gateway(s -> s.limits(SHORT, LONG, LONG)), HALF_A_HEAD);
    assertThrows(
        IOException.class,
        () -> {
          while (true) {
            client.send("x");
            LockSupport.parkNanos(1_000_000);
          }
        });
  }

  private static void grow(HealthRegistry registry, int agents) {
    for (int i = 0; i < agents; i++) {
      registry.register("agent-" + i, Map.of("text", "x".repeat(10_000)), 0);
    }
  }

  private RawClient readsNothing(ServerFixture gateway) throws IOException {
    RawClient stalled = RawClient.small(gateway.server());
    opened.add(0, stalled);
    stalled.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return slow(gateway, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  @Test
  void clientThatDoesNotReadItsResponseIsCutOff() throws IOException {
    ServerFixture gateway = gateway(s -> s.limits(LONG, LONG, SHORT).concurrency(1));
    // Fits the response buffer, but no socket buffer.
    grow(gateway.registry(), 400);
    // A reader that does not read has the only place: the next client is served after its cut-off.
    assertEquals(200, readsNothing(gateway).response().status());
    // A larger response is streamed; its size is known after the first time.
    grow(gateway.registry(), 2_000);
    assertEquals(200, readsNothing(gateway).response().status());
    assertEquals(200, readsNothing(gateway).response().status());
  }

  @Test
  void fiveHundredSlowClientsDoNotBlockOtherClients() throws IOException {
    ServerFixture gateway = gateway(s -> s);
    for (int i = 0; i < 500; i++) {
      slow(gateway, i % 2 == 0 ? HALF_A_HEAD : HALF_A_BODY);
    }
    for (int i = 0; i < 50; i++) {
      assertEquals(200, gateway.request("POST", "/heartbeat/quick-" + i, "{}").status());
    }
    assertEquals(50, gateway.registry().size());
  }

  @Test
  void slowClientsGetShorterDeadlinesWhileRequestsWait() throws IOException {
    ServerFixture gateway =
        gateway(s -> s.concurrency(4).limits(Duration.ofSeconds(2), LONG, LONG));
    for (int i = 0; i < 16; i++) {
      slow(gateway, HALF_A_HEAD);
    }
    // With full deadlines the client would wait four times two seconds.
    assertEquals(200, gateway.request("POST", "/heartbeat/quick", "{}").status());
  }

  @Test
  void stalledClientsBlockNeitherAcceptingNorRefusing() throws IOException {
    ServerFixture gateway = gateway(s -> s.concurrency(1).limits(LONG, LONG, LONG));
    for (int i = 0; i < 1 + 64; i++) {
      slow(gateway, HALF_A_HEAD);
    }
    // No request is served for minutes, but the thread that serves all connections continues: a
    // request without a place in the queue is closed at once.
    assertTrue(slow(gateway, HALF_A_HEAD).isCutOff());
    assertTrue(slow(gateway, HALF_A_HEAD).isCutOff());
  }

  @Test
  void closingEndsSlowClientsAndAllThreads() throws IOException {
    ServerFixture gateway = gateway(s -> s.limits(LONG, LONG, LONG));
    List<RawClient> slow = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      slow.add(slow(gateway, HALF_A_BODY));
    }
    gateway.server().close();
    gateway.server().close();
    for (RawClient client : slow) {
      assertTrue(client.isCutOff());
    }
    assertEquals(List.of(), OurThreads.alive());
  }
}
