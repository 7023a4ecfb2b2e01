package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.heartbeat.HealthRegistry;

class HeartbeatServerTest {

  private static HttpServer foreign() throws IOException {
    return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @Test
  void handlerCanBeMountedUnderAnyPathOfAnotherServer() throws IOException {
    for (String mount : List.of("/", "/gateway", "/deep/gate/")) {
      HttpServer server = foreign();
      try (HealthRegistry registry = HealthRegistry.create();
          HeartbeatHandler handler = HeartbeatHandler.builder(registry).build()) {
        server.createContext(mount, handler);
        server.start();
        String base = mount.replaceFirst("/$", "");
        try (RawClient client = new RawClient(server.getAddress(), 0)) {
          assertEquals(200, client.ask("POST", base + "/heartbeat/a", "{}").status());
          assertEquals(200, client.ask("GET", base + "/agent/a").status());
          assertEquals(405, client.ask("GET", base + "/heartbeat/a").status());
          assertEquals("not-found", client.ask("GET", base + "/other").problem());
        }
        assertTrue(registry.find("a").isPresent());
      } finally {
        server.stop(0);
      }
    }
  }

  @Test
  void exchangesRunOnTheExecutorThatIsHandedIn() throws IOException {
    AtomicInteger tasks = new AtomicInteger();
    ExecutorService threads = Executors.newCachedThreadPool();
    try (ServerFixture gateway =
        ServerFixture.open(
            s ->
                s.executor(
                    task -> {
                      tasks.incrementAndGet();
                      threads.execute(task);
                    }))) {
      assertEquals(200, gateway.ask("GET", "/livez").status());
      assertTrue(tasks.get() > 0);
      assertEquals(List.of(), OurThreads.alive("lazarus-http-\\d+"));
    } finally {
      threads.shutdown();
    }
    assertTrue(threads.isShutdown());
  }

  @Test
  void portThatIsTakenIsSaidToBe() throws IOException {
    try (ServerFixture gateway = ServerFixture.open();
        HealthRegistry registry = HealthRegistry.create()) {
      int port = gateway.server().address().getPort();
      HeartbeatServer.Builder second = HeartbeatServer.builder(registry).port(port);
      assertThrows(BindException.class, second::start);
    }
    assertEquals(List.of(), OurThreads.alive());
  }

  @Test
  void settingsOutOfTheirRangeAreRefusedByName() {
    try (HealthRegistry registry = HealthRegistry.create()) {
      HeartbeatServer.Builder builder = HeartbeatServer.builder(registry);
      assertTrue(message(() -> builder.port(65_536)).startsWith("port: 65536"));
      assertTrue(message(() -> builder.concurrency(0)).startsWith("concurrency: 0"));
      assertTrue(
          message(() -> builder.limits(Duration.ZERO, Duration.ZERO, Duration.ZERO))
              .startsWith("head: PT0S"));
      assertTrue(
          message(() -> builder.handler(h -> h.eventReaders(0))).startsWith("eventReaders: 0"));
      assertTrue(
          message(() -> builder.handler(h -> h.eventKeepAlive(Duration.ZERO))).contains("PT0S"));
    }
  }

  private static String message(Runnable setting) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, setting::run).getMessage());
  }

  @Test
  void nothingIsLeftAfterStartingAndClosingManyTimes() throws IOException {
    for (int i = 0; i < 20; i++) {
      try (ServerFixture gateway = ServerFixture.open()) {
        assertEquals(200, gateway.ask("POST", "/heartbeat/a").status());
      }
    }
    assertEquals(List.of(), OurThreads.alive());
  }

  @Test
  void registryKeepsNoListenerOfAServerThatIsClosed() throws IOException {
    HealthRegistry registry = HealthRegistry.create();
    String name;
    try (ServerFixture gateway = ServerFixture.open(registry, s -> s)) {
      name = "events over HTTP, instance " + gateway.server().instance();
      assertThrows(IllegalArgumentException.class, () -> registry.addListener(name, event -> {}));
    }
    registry.addListener(name, event -> {});
  }

  private static void run(Path dir, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
  }

  private static SSLContext context(Path store, boolean withKey) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, "changeit".toCharArray());
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(keys);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        withKey ? own.getKeyManagers() : new KeyManager[0], trusted.getTrustManagers(), null);
    return context;
  }

  @Test
  void servesHttpsAndAsksForClientCertificatesWhereTold(@TempDir Path dir) throws Exception {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    run(
        dir,
        keytool.toString(),
        "-genkeypair",
        "-alias",
        "k",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=ip:127.0.0.1",
        "-keystore",
        "keys.p12",
        "-storepass",
        "changeit",
        "-storetype",
        "PKCS12");
    run(
        dir,
        keytool.toString(),
        "-exportcert",
        "-alias",
        "k",
        "-keystore",
        "keys.p12",
        "-storepass",
        "changeit",
        "-file",
        "cert.der");
    run(
        dir,
        keytool.toString(),
        "-importcert",
        "-noprompt",
        "-alias",
        "trusted",
        "-file",
        "cert.der",
        "-keystore",
        "keys.p12",
        "-storepass",
        "changeit");
    SSLContext ours = context(dir.resolve("keys.p12"), true);
    SSLContext stranger = context(dir.resolve("keys.p12"), false);
    try (ServerFixture gateway = ServerFixture.open(s -> s.ssl(ours))) {
      assertEquals("https", gateway.server().uri().getScheme());
      assertInstanceOf(BeatResult.Accepted.class, beat(gateway, stranger));
    }
    try (ServerFixture gateway = ServerFixture.open(s -> s.host("0.0.0.0").mutualSsl(ours))) {
      assertInstanceOf(BeatResult.Unreachable.class, beat(gateway, stranger));
      assertInstanceOf(BeatResult.Accepted.class, beat(gateway, ours));
    }
    Duration quick = Duration.ofMillis(300);
    try (ServerFixture gateway = ServerFixture.open(s -> s.ssl(ours).limits(quick, quick, quick));
        RawClient silent = RawClient.to(gateway.server())) {
      // The first byte of a handshake, and no more.
      assertTrue(silent.send(new byte[] {22}).isCutOff());
    }
    assertEquals(List.of(), OurThreads.alive());
  }

  private static BeatResult beat(ServerFixture gateway, SSLContext context) {
    HttpClient http = HttpClient.newBuilder().sslContext(context).build();
    String url = "https://127.0.0.1:" + gateway.server().address().getPort() + "/heartbeat/a";
    return HeartbeatClient.toUrl(java.net.URI.create(url)).http(http).build().beat();
  }

  /**
   * What {@link JdkServer#sendAtOnce} says in a JVM of its own, where another server may be first.
   */
  public static final class LateStart {
    private LateStart() {}

    /** Prints whether it was early enough. */
    public static void main(String[] args) throws IOException {
      if (args.length > 0) {
        HttpServer first = foreign();
        first.start();
        System.out.print(JdkServer.sendAtOnce());
        first.stop(0);
      } else {
        System.out.print(JdkServer.sendAtOnce());
      }
    }
  }

  private static String inAnotherJvm(String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return output;
  }

  @Test
  void settingThatTheJdkReadsOnceIsMadeInTimeOrReportedToBeLate() throws Exception {
    String path =
        String.join(
            java.io.File.pathSeparator,
            place(HeartbeatServerTest.class),
            place(HeartbeatServer.class),
            place(org.slf4j.Logger.class));
    String main = LateStart.class.getName();
    assertEquals("true", inAnotherJvm("-cp", path, main));
    assertEquals("false", inAnotherJvm("-cp", path, main, "late"));
    assertEquals(
        "true", inAnotherJvm("-Dsun.net.httpserver.nodelay=true", "-cp", path, main, "late"));
  }

  /** Test classes are patched into the module, hence two places for one package. */
  private static String place(Class<?> type) throws Exception {
    String resource = type.getName().replace('.', '/') + ".class";
    String url = String.valueOf(type.getClassLoader().getResource(resource));
    return Path.of(java.net.URI.create(url.replaceFirst("^jar:", "").replaceFirst("!.*", "")))
        .toString()
        .replace(resource, "");
  }
}
