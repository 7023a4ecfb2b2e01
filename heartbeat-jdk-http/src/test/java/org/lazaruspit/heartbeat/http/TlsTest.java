package org.lazaruspit.heartbeat.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests over real sockets, with real handshakes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {

  private static final Duration QUICK = Duration.ofMillis(300);

  private TlsKeys keys = new TlsKeys(Path.of(""));

  @BeforeAll
  void makeKeys(@TempDir Path dir) throws Exception {
    keys = new TlsKeys(dir);
    keys.make("gateway", "san=ip:127.0.0.1");
    keys.make("operator");
    keys.make("a", "san=dns:a.example,uri:https://a.example,uri:urn:lazaruspit:agent:a");
  }

  @AfterEach
  void noThreadIsLeft() {
    assertEquals(List.of(), OurThreads.alive());
  }

  private static URI url(ServerFixture gateway, String path) {
    return URI.create("https://127.0.0.1:" + gateway.server().address().getPort() + path);
  }

  private static BeatResult beat(ServerFixture gateway, SSLContext context) {
    HttpClient http = HttpClient.newBuilder().sslContext(context).build();
    return HeartbeatClient.toUrl(url(gateway, "/heartbeat/a")).http(http).build().beat();
  }

  private static int status(ServerFixture gateway, SSLContext client, String method, String path)
      throws Exception {
    return status(gateway, client, method, path, "");
  }

  private static int status(
      ServerFixture gateway, SSLContext client, String method, String path, String token)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url(gateway, path))
            .version(HttpClient.Version.HTTP_1_1)
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpClient http = HttpClient.newBuilder().sslContext(client).build();
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
  }

  @Test
  void servesHttpsWithoutClientCertificateUnlessRequired() throws Exception {
    try (ServerFixture gateway = ServerFixture.open(s -> s.ssl(context("gateway")))) {
      assertEquals("https", gateway.server().uri().getScheme());
      assertInstanceOf(BeatResult.Accepted.class, beat(gateway, keys.contextWithoutKey()));
    }
    try (ServerFixture gateway =
        ServerFixture.open(s -> s.host("0.0.0.0").mutualSsl(context("gateway")))) {
      assertInstanceOf(BeatResult.Unreachable.class, beat(gateway, keys.contextWithoutKey()));
      assertInstanceOf(BeatResult.Accepted.class, beat(gateway, keys.contextWith("operator")));
    }
  }

  private SSLContext context(String name) {
    try {
      return keys.contextWith(name);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void certificateThatNamesAnAgentPermitsThisAgentOnly() throws Exception {
    try (ServerFixture gateway = ServerFixture.open(s -> s.mutualSsl(context("gateway")))) {
      SSLContext agent = keys.contextWith("a");
      assertEquals(200, status(gateway, agent, "POST", "/heartbeat/a"));
      assertEquals(403, status(gateway, agent, "POST", "/heartbeat/b"));
      assertEquals(403, status(gateway, agent, "GET", "/health"));
      assertEquals(200, status(gateway, agent, "GET", "/livez"));
      SSLContext operator = keys.contextWith("operator");
      assertEquals(200, status(gateway, operator, "POST", "/heartbeat/b"));
      assertEquals(200, status(gateway, operator, "GET", "/health"));
    }
  }

  @Test
  void agentOfACertificateIsConfigurable() throws Exception {
    try (ServerFixture gateway =
        ServerFixture.open(
            s ->
                s.mutualSsl(context("gateway"))
                    .handler(
                        h ->
                            h.agentOfCertificate(
                                certificate ->
                                    Optional.of(
                                        certificate
                                            .getSubjectX500Principal()
                                            .getName()
                                            .replace("CN=", "")))))) {
      SSLContext operator = keys.contextWith("operator");
      assertEquals(200, status(gateway, operator, "POST", "/heartbeat/operator"));
      assertEquals(403, status(gateway, operator, "POST", "/heartbeat/a"));
    }
  }

  @Test
  void tokenAndCertificateMustBothPermit() throws Exception {
    TokenCheck tokens =
        TokenCheck.builder().token("all").agentToken("a", "of-a").agentToken("b", "of-b").build();
    try (ServerFixture gateway =
        ServerFixture.open(s -> s.mutualSsl(context("gateway")).tokens(tokens))) {
      SSLContext agent = keys.contextWith("a");
      SSLContext operator = keys.contextWith("operator");
      assertEquals(401, status(gateway, agent, "POST", "/heartbeat/a"));
      assertEquals(200, status(gateway, agent, "POST", "/heartbeat/a", "all"));
      assertEquals(200, status(gateway, agent, "POST", "/heartbeat/a", "of-a"));
      assertEquals(403, status(gateway, agent, "GET", "/health", "all"));
      assertEquals(403, status(gateway, agent, "POST", "/heartbeat/b", "of-b"));
      assertEquals(403, status(gateway, agent, "POST", "/heartbeat/a", "of-b"));
      assertEquals(403, status(gateway, operator, "POST", "/heartbeat/a", "of-b"));
      assertEquals(200, status(gateway, operator, "GET", "/health", "all"));
    }
  }

  @Test
  void handshakeThatStallsIsCutOff() throws Exception {
    try (ServerFixture gateway =
            ServerFixture.open(s -> s.ssl(context("gateway")).limits(QUICK, QUICK, QUICK));
        RawClient silent = RawClient.to(gateway.server())) {
      // Only the first byte of a handshake.
      assertTrue(silent.send(new byte[] {22}).isCutOff());
    }
  }

  /**
   * Sends a request after a handshake and reads nothing of the response, which exceeds all buffers.
   */
  private SSLSocket readsNothing(ServerFixture gateway) throws Exception {
    SSLSocket socket = (SSLSocket) keys.contextWithoutKey().getSocketFactory().createSocket();
    socket.setReceiveBufferSize(4096);
    socket.connect(gateway.server().address(), 20_000);
    socket.startHandshake();
    socket
        .getOutputStream()
        .write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
    return socket;
  }

  private static void grow(ServerFixture gateway) {
    for (int i = 0; i < 2_000; i++) {
      gateway.registry().register("agent-" + i, Map.of("text", "x".repeat(10_000)), 0);
    }
  }

  private static void awaitNoRunningExchange(ServerFixture gateway) {
    for (int i = 0; gateway.server().runningExchanges() > 0 && i < 200; i++) {
      LockSupport.parkNanos(100_000_000);
    }
    assertEquals(0, gateway.server().runningExchanges());
  }

  @Test
  void clientThatStallsAfterCloseNotifyBlocksNoOtherAndIsCutOff() throws Exception {
    try (ServerFixture gateway =
        ServerFixture.open(s -> s.ssl(context("gateway")).limits(QUICK, QUICK, QUICK))) {
      grow(gateway);
      try (SSLSocket first = readsNothing(gateway);
          SSLSocket second = readsNothing(gateway)) {
        // Sends close_notify and never reads the server's close_notify.
        first.shutdownOutput();
        second.shutdownOutput();
        assertInstanceOf(BeatResult.Accepted.class, beat(gateway, keys.contextWithoutKey()));
        awaitNoRunningExchange(gateway);
        assertInstanceOf(BeatResult.Accepted.class, beat(gateway, keys.contextWithoutKey()));
      }
    }
  }

  @Test
  @Tag("full") // the JDK waits half a minute
  void serverStopsWhileCloseNotifiesAreOutstanding() throws Exception {
    ServerFixture gateway = ServerFixture.open(s -> s.ssl(context("gateway")));
    grow(gateway);
    SSLSocket[] silent = new SSLSocket[4];
    try {
      for (int i = 0; i < silent.length; i++) {
        silent[i] = readsNothing(gateway);
        silent[i].shutdownOutput();
      }
    } finally {
      gateway.close();
      for (SSLSocket socket : silent) {
        socket.close();
      }
    }
    assertEquals(0, gateway.server().runningExchanges());
  }
}
