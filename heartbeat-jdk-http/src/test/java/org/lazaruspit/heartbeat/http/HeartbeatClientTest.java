package org.lazaruspit.heartbeat.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.Incarnation;
import org.lazaruspit.heartbeat.Waiting;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HeartbeatClientTest {

  private static final Duration QUICK = Duration.ofMillis(60);

  private static ServerFixture gateway() throws IOException {
    HealthRules rules =
        HealthRules.builder().timeout(Duration.ofSeconds(5)).heartbeatInterval(QUICK).build();
    return ServerFixture.open(HealthRegistry.builder().rules(rules).build(), s -> s);
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no element within 20 s");
    }
    return next;
  }

  private static <T> T next(BlockingQueue<? super T> queue, Class<T> kind)
      throws InterruptedException {
    Object next = next(queue);
    while (!kind.isInstance(next)) {
      next = next(queue);
    }
    return kind.cast(next);
  }

  @Test
  void heartbeatSendsAllFieldsAndReturnsTheResult() throws IOException {
    try (ServerFixture gateway = ServerFixture.open();
        HeartbeatClient client =
            HeartbeatClient.builder(gateway.server().uri(), "a").incarnation(3).build()) {
      Heartbeat beat =
          Heartbeat.builder()
              .metadata(Map.of("k", List.of(1, "\u00fc")))
              .responseTime(Duration.ofMillis(1500))
              .progress(7.5)
              .waiting(Waiting.lasting("quota", Duration.ofSeconds(90)))
              .build();
      assertEquals(new BeatResult.Accepted(Duration.ofSeconds(30), null), client.beat(beat));
      AgentHealth agent = gateway.registry().find("a").orElseThrow();
      assertEquals(3, agent.incarnation());
      assertEquals(Map.of("k", List.of(1, "\u00fc")), agent.metadata());
      assertEquals(Duration.ofMillis(1500), agent.responseTime());
      assertEquals(7.5, agent.progress());
      assertEquals("quota", Objects.requireNonNull(agent.waiting()).reason());
      assertInstanceOf(BeatResult.Accepted.class, client.beat());
    }
  }

  @Test
  void refusedMetadataIsReported() throws IOException {
    try (ServerFixture gateway = ServerFixture.open();
        HeartbeatClient client = HeartbeatClient.builder(gateway.server().uri(), "a").build()) {
      Heartbeat beat = Heartbeat.builder().metadata("k", "x".repeat(20_000)).build();
      BeatResult.Accepted accepted = assertInstanceOf(BeatResult.Accepted.class, client.beat(beat));
      assertTrue(String.valueOf(accepted.metadataRefused()).contains("16384"));
    }
  }

  @Test
  void agentStartedByAPitIsConfiguredByItsEnvironment(@TempDir Path dir) throws Exception {
    try (ServerFixture gateway = ServerFixture.open(s -> s.token("secret"))) {
      Path token = Files.writeString(dir.resolve("token"), "secret\n");
      String url = gateway.server().uri() + "/heartbeat/a?incarnation=2";
      Map<String, String> environment =
          Map.of("LAZARUS_HEARTBEAT_URL", url, "LAZARUS_TOKEN_FILE", token.toString());
      BlockingQueue<BeatResult> results = new LinkedBlockingQueue<>();
      try (HeartbeatClient client =
          HeartbeatClient.fromEnvironment(environment).onResult(results::add).build()) {
        client.start(() -> Heartbeat.builder().progress("step 1").build());
        assertInstanceOf(BeatResult.Accepted.class, next(results));
      }
      AgentHealth agent = gateway.registry().find("a").orElseThrow();
      assertEquals(2, agent.incarnation());
      assertEquals("step 1", agent.progress());
    }
    assertThrows(IllegalStateException.class, () -> HeartbeatClient.fromEnvironment(Map.of()));
  }

  @Test
  void changedTokenFileIsReadAgain(@TempDir Path dir) throws IOException {
    try (ServerFixture gateway = ServerFixture.open(s -> s.token("new"))) {
      Path token = Files.writeString(dir.resolve("token"), "old");
      HeartbeatClient client =
          HeartbeatClient.builder(gateway.server().uri(), "a").tokenFile(token).build();
      BeatResult.Refused refused = assertInstanceOf(BeatResult.Refused.class, client.beat());
      assertEquals(Problem.UNAUTHORIZED, refused.problem().type());
      Files.writeString(token, "new");
      assertInstanceOf(BeatResult.Accepted.class, client.beat());
      Files.delete(token);
      assertInstanceOf(BeatResult.Unreachable.class, client.beat());
    }
  }

  @Test
  void periodicSenderGetsTheStateEachTime() throws Exception {
    try (ServerFixture gateway = gateway()) {
      BlockingQueue<BeatResult> results = new LinkedBlockingQueue<>();
      AtomicInteger step = new AtomicInteger();
      try (HeartbeatClient client =
          HeartbeatClient.builder(gateway.server().uri(), "a").onResult(results::add).build()) {
        client.start(() -> Heartbeat.builder().progress(step.incrementAndGet()).build());
        for (int i = 1; i <= 5; i++) {
          assertEquals(new BeatResult.Accepted(QUICK, null), next(results));
        }
      }
      assertEquals(step.get(), gateway.registry().find("a").orElseThrow().progress());
      assertEquals(List.of(), OurThreads.alive("lazarus-heartbeat.*"));
    }
  }

  @Test
  void newerIncarnationStopsTheSenderAndCallsTheCallback() throws Exception {
    try (ServerFixture gateway = gateway()) {
      BlockingQueue<Problem> fenced = new LinkedBlockingQueue<>();
      BlockingQueue<BeatResult> results = new LinkedBlockingQueue<>();
      HeartbeatClient client =
          HeartbeatClient.builder(gateway.server().uri(), "a")
              .incarnation(1)
              .onFenced(fenced::add)
              .onResult(results::add)
              .build();
      client.start();
      next(results);
      gateway.registry().heartbeat("a", Heartbeat.builder().incarnation(2).build());
      assertEquals(Problem.STALE_INCARNATION, next(fenced).type());
      assertEquals(List.of(), OurThreads.alive("lazarus-heartbeat.*"));
      client.close();
    }
  }

  @Test
  void senderContinuesAfterARestartOfTheGateway() throws Exception {
    ServerFixture gateway = gateway();
    int port = gateway.server().address().getPort();
    BlockingQueue<BeatResult> results = new LinkedBlockingQueue<>();
    try (HeartbeatClient client =
        HeartbeatClient.builder(gateway.server().uri(), "a").onResult(results::add).build()) {
      client.start();
      next(results, BeatResult.Accepted.class);
      gateway.close();
      next(results, BeatResult.Unreachable.class);
      try (ServerFixture restarted = ServerFixture.open(s -> s.port(port))) {
        client.beatSoon();
        next(results, BeatResult.Accepted.class);
        assertTrue(restarted.registry().find("a").isPresent());
      }
    }
  }

  @Test
  void beatSoonDoesNotWaitForTheInterval() throws Exception {
    try (ServerFixture gateway = ServerFixture.open()) {
      BlockingQueue<BeatResult> results = new LinkedBlockingQueue<>();
      try (HeartbeatClient client =
          HeartbeatClient.builder(gateway.server().uri(), "a").onResult(results::add).build()) {
        client.start();
        for (int i = 0; i < 10; i++) {
          next(results);
          client.beatSoon();
        }
      }
    }
  }

  @Test
  void failingStateSupplierDoesNotStopTheSender() throws Exception {
    try (ServerFixture gateway = gateway()) {
      BlockingQueue<BeatResult> results = new LinkedBlockingQueue<>();
      AtomicInteger calls = new AtomicInteger();
      CountDownLatch broken = new CountDownLatch(1);
      try (HeartbeatClient client =
          HeartbeatClient.builder(gateway.server().uri(), "a").onResult(results::add).build()) {
        client.start(
            () -> {
              if (calls.incrementAndGet() == 1) {
                broken.countDown();
                throw new IllegalStateException("not now");
              }
              return Heartbeat.EMPTY;
            });
        assertTrue(broken.await(20, TimeUnit.SECONDS));
        client.beatSoon();
        assertInstanceOf(BeatResult.Accepted.class, next(results));
      }
    }
  }

  @Test
  void gatewayWithoutResponseIsUnreachableAfterTheTimeout() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      URI uri = URI.create("http://127.0.0.1:" + silent.getLocalPort());
      HeartbeatClient client =
          HeartbeatClient.builder(uri, "a").timeout(Duration.ofMillis(100)).build();
      assertInstanceOf(BeatResult.Unreachable.class, client.beat());
    }
  }

  @Test
  void gatewayWithAnIncompleteResponseIsUnreachableAfterTheTimeout() throws Exception {
    withServer(
        200,
        "{\"status\"",
        1_000,
        uri -> {
          HeartbeatClient client =
              HeartbeatClient.builder(uri, "a").timeout(Duration.ofMillis(200)).build();
          assertInstanceOf(BeatResult.Unreachable.class, client.beat());
        });
  }

  private interface Check {
    void with(URI uri) throws IOException;
  }

  private static void withServer(int status, String body, int length, Check check)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "7");
          exchange.sendResponseHeaders(status, length);
          exchange.getResponseBody().write(body.getBytes(UTF_8));
          exchange.getResponseBody().flush();
        });
    server.start();
    try {
      check.with(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void responseOfAnotherServerIsReported() throws IOException {
    for (String body :
        List.of("<html>", "[]", "{}", "{\"next_heartbeat\": -1}", "{\"next_heartbeat\": \"x\"}")) {
      withServer(
          200,
          body,
          body.length(),
          uri -> {
            BeatResult result = HeartbeatClient.builder(uri, "a").build().beat();
            BeatResult.Unreachable unreachable =
                assertInstanceOf(BeatResult.Unreachable.class, result);
            assertTrue(
                String.valueOf(unreachable.cause().getMessage())
                    .startsWith("not a response of a gateway"));
          });
    }
  }

  @Test
  void refusalWithoutProblemKeepsItsStatusAndItsRetryAfter() throws IOException {
    withServer(
        502,
        "<html>",
        6,
        uri -> {
          BeatResult result = HeartbeatClient.builder(uri, "a").build().beat();
          BeatResult.Refused refused = assertInstanceOf(BeatResult.Refused.class, result);
          assertEquals(502, refused.problem().status());
          assertEquals("about:blank", refused.problem().type());
          assertEquals(Duration.ofSeconds(7), refused.retryAfter());
        });
  }

  @Test
  void senderCanBeStartedOnceAndClosedTwice() throws IOException {
    try (ServerFixture gateway = ServerFixture.open()) {
      HeartbeatClient client = HeartbeatClient.builder(gateway.server().uri(), "a").build();
      client.start();
      assertThrows(IllegalStateException.class, client::start);
      client.close();
      client.close();
      assertThrows(IllegalStateException.class, client::start);
    }
  }

  @Test
  void incarnationOutsideOfTheRangeIsRefused() {
    for (long number : new long[] {-1, Incarnation.MAX + 1}) {
      HeartbeatClient.Builder client =
          HeartbeatClient.builder(URI.create("http://127.0.0.1:1"), "a");
      assertThrows(IllegalArgumentException.class, () -> client.incarnation(number));
    }
  }

  @Test
  void incarnationInTheUrlIsNotOverridden() {
    URI url = URI.create("http://127.0.0.1:1/heartbeat/a?incarnation=2");
    assertThrows(IllegalArgumentException.class, () -> HeartbeatClient.toUrl(url).incarnation(3));
  }
}
