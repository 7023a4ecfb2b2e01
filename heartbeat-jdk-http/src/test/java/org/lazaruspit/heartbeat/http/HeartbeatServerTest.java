package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
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
          assertEquals(200, client.request("POST", base + "/heartbeat/a", "{}").status());
          assertEquals(200, client.request("GET", base + "/agent/a").status());
          assertEquals(405, client.request("GET", base + "/heartbeat/a").status());
          assertEquals("not-found", client.request("GET", base + "/other").problem());
        }
        assertTrue(registry.find("a").isPresent());
      } finally {
        server.stop(0);
      }
    }
  }

  @Test
  void exchangesRunOnTheGivenExecutor() throws IOException {
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
      assertEquals(200, gateway.request("GET", "/livez").status());
      assertTrue(tasks.get() > 0);
      assertEquals(List.of(), OurThreads.alive("lazarus-http-\\d+"));
    } finally {
      threads.shutdown();
    }
    assertTrue(threads.isShutdown());
  }

  @Test
  void usedPortIsReported() throws IOException {
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
  void noThreadIsLeftAfterManyStartsAndCloses() throws IOException {
    for (int i = 0; i < 20; i++) {
      try (ServerFixture gateway = ServerFixture.open()) {
        assertEquals(200, gateway.request("POST", "/heartbeat/a").status());
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

  /** Program for another JVM, where another server may be first. */
  public static final class OtherJvm {
    private OtherJvm() {}

    /** Prints the results of {@link JdkServer}, or the number of concurrent connections. */
    public static void main(String[] args) throws IOException {
      if (args[0].equals("connections")) {
        System.out.print(served(5));
        return;
      }
      if (args[0].equals("stays")) {
        HeartbeatServer.builder(HealthRegistry.create()).port(0).start();
        System.out.print(settings());
        return;
      }
      if (args[0].equals("mounted")) {
        HeartbeatHandler.builder(HealthRegistry.create()).build();
        System.out.print(settings());
        return;
      }
      HttpServer first = args[0].equals("late") ? foreign() : null;
      if (first != null) {
        first.start();
      }
      System.out.print(JdkServer.disableNagle() + " " + JdkServer.limitConnections());
      if (first != null) {
        first.stop(0);
      }
    }

    private static String settings() {
      return System.getProperty("sun.net.httpserver.nodelay")
          + " "
          + System.getProperty("jdk.httpserver.maxConnections");
    }

    private static int served(int clients) throws IOException {
      List<RawClient> open = new java.util.ArrayList<>();
      int served = 0;
      try (ServerFixture gateway = ServerFixture.open()) {
        for (int i = 0; i < clients; i++) {
          RawClient client = RawClient.to(gateway.server());
          open.add(client);
          client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
          try {
            served += client.response().status() == 200 ? 1 : 0;
          } catch (IOException e) {
            System.err.println(e);
          }
        }
        for (RawClient client : open) {
          client.close();
        }
      }
      return served;
    }
  }

  private static String inAnotherJvm(String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    assertTrue(ended, "the JVM does not exit");
    assertEquals(0, process.exitValue());
    return new String(
        process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String outputOf(String setting, String mode) throws Exception {
    String path =
        String.join(
            java.io.File.pathSeparator,
            place(HeartbeatServerTest.class),
            place(HeartbeatServer.class),
            place(HealthRegistry.class),
            place(tools.jackson.core.json.JsonFactory.class),
            place(org.junit.jupiter.api.Assertions.class),
            place(org.slf4j.Logger.class));
    return inAnotherJvm(setting, "-cp", path, OtherJvm.class.getName(), mode);
  }

  @Test
  void settingsThatTheJdkReadsOnceAreMadeInTimeOrReportedAsLate() throws Exception {
    assertEquals("true true", outputOf("-Dx=y", "early"));
    assertEquals("false false", outputOf("-Dx=y", "late"));
    assertEquals("true false", outputOf("-Dsun.net.httpserver.nodelay=true", "late"));
    assertEquals("false true", outputOf("-Djdk.httpserver.maxConnections=5", "late"));
  }

  @Test
  void serverMakesTheSettingsOfTheJdkAndDoesNotKeepTheJvmRunning() throws Exception {
    // The server is not closed, and the JVM ends with its main thread.
    assertEquals("true 10000", outputOf("-Dx=y", "stays"));
    assertEquals("true 7", outputOf("-Djdk.httpserver.maxConnections=7", "stays"));
    assertEquals("true null", outputOf("-Dx=y", "mounted"));
  }

  @Test
  void connectionsAreLimitedByTheJvmsSetting() throws Exception {
    assertEquals("5", outputOf("-Dx=y", "connections"));
    assertEquals("3", outputOf("-Djdk.httpserver.maxConnections=3", "connections"));
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
