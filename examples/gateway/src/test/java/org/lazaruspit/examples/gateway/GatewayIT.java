package org.lazaruspit.examples.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.heartbeat.http.BeatResult;
import org.lazaruspit.heartbeat.http.HeartbeatClient;
import org.lazaruspit.heartbeat.http.TokenCheck;

/** Runs the real JAR as a process. */
class GatewayIT {

  private static final String STARTED = "listening on ";

  private final List<Process> processes = new ArrayList<>();

  private Process gateway(String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", System.getProperty("gateway.jar", "target/gateway.jar")));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).start();
    processes.add(process);
    return process;
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  private static URI started(BufferedReader output) throws IOException {
    String line = String.valueOf(output.readLine());
    assertTrue(line.startsWith(STARTED), line);
    return URI.create(line.substring(STARTED.length()));
  }

  private static String read(URI uri) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static int status(Process process) throws InterruptedException {
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running");
    return process.exitValue();
  }

  private static String errors(Process process) throws IOException {
    return new String(process.getErrorStream().readAllBytes(), UTF_8);
  }

  @Test
  void theGatewayPrintsItsAddressAndEndsCleanlyOnASignal() throws Exception {
    Process gateway = gateway("--port", "0", "--interval", "1", "--timeout", "2");
    try (BufferedReader output = gateway.inputReader()) {
      URI uri = started(output);
      BeatResult.Accepted accepted =
          (BeatResult.Accepted) HeartbeatClient.builder(uri, "writer-1").build().beat();
      assertEquals(1, accepted.nextHeartbeat().toSeconds());
      assertTrue(read(URI.create(uri + "/health")).contains("\"writer-1\""));
      gateway.destroy();
      assertEquals(0, status(gateway));
    }
  }

  @Test
  void theExampleRegistersTwoAgentsAndPrintsRequests() throws Exception {
    Process gateway = gateway("--port", "0", "--example");
    try (BufferedReader output = gateway.inputReader()) {
      URI uri = started(output);
      assertTrue(String.valueOf(output.readLine()).contains("writer-1 and auditor-1"));
      assertEquals("  curl " + uri + "/health", output.readLine());
      assertTrue(read(URI.create(uri + "/health")).contains("\"total_agents\":2"));
    }
  }

  private static final String MASTER = "a token of which agents' own are made".replace(' ', '-');

  @Test
  void theGatewayChecksTheTokensOfItsFile(@TempDir Path dir) throws Exception {
    Path tokens = Files.writeString(dir.resolve("tokens"), "writer-1 own\n" + MASTER + "\n");
    Process gateway =
        gateway("--port", "0", "--host", "0.0.0.0", "--token-file", tokens.toString());
    try (BufferedReader output = gateway.inputReader()) {
      URI uri = started(output);
      assertEquals(401, refused(HeartbeatClient.builder(uri, "writer-1").build().beat()));
      assertEquals(403, refused(HeartbeatClient.builder(uri, "b").token("own").build().beat()));
      BeatResult own = HeartbeatClient.builder(uri, "writer-1").token("own").build().beat();
      assertTrue(own instanceof BeatResult.Accepted, own.toString());
      String derived = TokenCheck.forAgent(MASTER, "cell", "b");
      BeatResult other = HeartbeatClient.builder(uri, "b").token(derived).build().beat();
      assertTrue(other instanceof BeatResult.Accepted, other.toString());
    }
  }

  private static int refused(BeatResult result) {
    return ((BeatResult.Refused) result).problem().status();
  }

  @Test
  void aFailedStartIsReportedInOneLine(@TempDir Path dir) throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      Process second = gateway("--port", Integer.toString(taken.getLocalPort()));
      assertEquals(1, status(second));
      assertTrue(errors(second).matches("gateway: cannot start at 127\\.0\\.0\\.1:\\d+: .*\\R"));
    }
    Process open = gateway("--port", "0", "--host", "0.0.0.0");
    assertEquals(1, status(open));
    assertTrue(
        errors(open)
            .startsWith("gateway: cannot start at 0.0.0.0:0: host: 0.0.0.0 can be reached"));
    Process noFile = gateway("--token-file", dir.resolve("none").toString());
    assertEquals(1, status(noFile));
    assertTrue(errors(noFile).contains(dir.resolve("none").toString()));
  }

  @Test
  void wrongUseIsReportedWithTheUsage() throws Exception {
    Process wrong = gateway("--port", "x");
    assertEquals(2, status(wrong));
    assertTrue(errors(wrong).contains("Usage: gateway"));
    Process negative = gateway("--timeout", "-5");
    assertEquals(2, status(negative));
    assertTrue(errors(negative).contains("timeout"));
  }
}
