package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.examples.pit.control.PitFile;
import org.lazaruspit.examples.pit.service.Daemon;
import org.lazaruspit.examples.pit.text.Json;
import tools.jackson.databind.JsonNode;

@Timeout(60)
final class StatusTest {

  @TempDir Path folder;
  private SmallFleet fleet;

  @BeforeEach
  void configure() throws IOException {
    fleet = new SmallFleet(folder);
  }

  private void assertNotRunning(String why) {
    SmallFleet.Outcome outcome = fleet.ask("status");
    assertEquals(1, outcome.status(), outcome::toString);
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome::err);
    assertTrue(outcome.err().contains(why), outcome::err);
    SmallFleet.Outcome json = fleet.ask("status", "--json");
    assertEquals(1, json.status());
    assertEquals("", json.err());
    assertFalse(Json.parse(json.out().getBytes(UTF_8)).required("running").asBoolean());
  }

  @Test
  void withoutADaemonTheAnswerIsNo() {
    assertNotRunning("no daemon is running");
    assertEquals(1, fleet.ask("--status").status());
  }

  @Test
  void runningDaemonReportsItsStatus() throws IOException {
    try (Daemon daemon = fleet.start()) {
      SmallFleet.Outcome json = fleet.ask("status", "--json");
      assertEquals(0, json.status(), json::toString);
      JsonNode status = Json.parse(json.out().getBytes(UTF_8));
      assertTrue(status.required("running").asBoolean());
      assertEquals(ProcessHandle.current().pid(), status.required("pid").asLong());
      assertEquals(30, status.required("config").required("poll_interval").asLong());
      assertEquals(300, status.required("config").required("timeout").asLong());
      assertTrue(status.required("config").required("gateways").isArray());
      assertEquals(0, status.required("agents").asLong());
      assertEquals(0, status.required("pending_revivals").asLong());
      assertEquals(
          daemon.current().startedAt().toString(), status.required("started_at").asString());
      assertEquals(0, fleet.ask("--status").status());
      String config = fleet.config().toString();
      assertEquals(0, SmallFleet.run("--config", config, "status").status());
    }
    assertNotRunning("no daemon is running");
  }

  @Test
  void aSecondDaemonOnTheSameStateIsRefusedAndTheFirstGoesOn() throws IOException {
    try (Daemon daemon = fleet.start()) {
      assertTrue(daemon.url().toString().startsWith("http://127.0.0.1:"));
      String refused = assertThrows(IOException.class, fleet::start).getMessage();
      assertTrue(refused.contains("is in use by another daemon"), refused);
      assertTrue(refused.contains("pid " + ProcessHandle.current().pid()), refused);
      assertEquals(0, fleet.ask("status").status());
    }
    fleet.start().close();
  }

  @Test
  void theTokenIsForItsOwnerAloneAndStays() throws IOException {
    fleet.start().close();
    Path token = folder.resolve("token");
    String first = Files.readString(token);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(token)));
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
    fleet.start().close();
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(token)));
    assertEquals(first, Files.readString(token));
  }

  @Test
  void filesOfADeadDaemonAreNoDaemon() throws IOException {
    try (Daemon daemon = fleet.start()) {
      String left = Files.readString(folder.resolve("pit.json"));
      PitFile here = PitFile.read(folder).orElseThrow();
      assertEquals(daemon.url(), here.controlUrl());
      // The same pid, but another start of a process.
      new PitFile(here.pid(), here.startedAt(), here.controlUrl(), here.process().map(p -> p + "1"))
          .write(folder);
      assertNotRunning("did not shut down cleanly");
      Files.writeString(folder.resolve("pit.json"), left);
      assertEquals(0, fleet.ask("status").status());
    }
  }

  @Test
  void unresponsiveDaemonCountsAsNotRunning() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    fleet.start().close();
    PitFile.ofThisProcess(Instant.now(), URI.create("http://127.0.0.1:" + closed)).write(folder);
    assertNotRunning("does not answer at");
  }

  /** A forged file must not redirect the token. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "not JSON",
        "{\"pid\": 1, \"started_at\": \"now\", \"control_url\": \"http://127.0.0.1:1\"}",
        "{\"pid\": 1, \"started_at\": \"T\", \"control_url\": \"http://evil.example:80\"}",
        "{\"pid\": 1, \"started_at\": \"T\", \"control_url\": \"http://127.0.0.1@evil.example:80\"}",
        "{\"pid\": 1, \"started_at\": \"T\", \"control_url\": \"https://127.0.0.1:80\"}",
        "{\"pid\": 1, \"started_at\": \"T\", \"control_url\": \"file:///etc/passwd\"}"
      })
  void aFileThatNoDaemonWroteIsNotFollowed(String content) throws IOException {
    Files.writeString(
        folder.resolve("pit.json"), content.replace("\"T\"", "\"2026-01-31T09:30:00Z\""));
    SmallFleet.Outcome outcome = fleet.ask("status");
    assertEquals(1, outcome.status(), outcome::toString);
    assertEquals(1, outcome.err().lines().count(), outcome::err);
    assertTrue(outcome.err().contains("pit.json: not written by a daemon"), outcome::err);
  }

  @Test
  void invalidTokenStopsTheStart() throws IOException {
    Files.writeString(folder.resolve("token"), "short\n");
    String refused = assertThrows(IOException.class, fleet::start).getMessage();
    assertTrue(refused.contains("holds no token"), refused);
    Files.delete(folder.resolve("token"));
    Files.createSymbolicLink(folder.resolve("token"), folder.resolve("config.json"));
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(folder.resolve("config.json"));
    String link = assertThrows(IOException.class, fleet::start).getMessage();
    assertTrue(link.contains("is not a regular file"), link);
    assertEquals(before, Files.getPosixFilePermissions(folder.resolve("config.json")));
    Files.delete(folder.resolve("token"));
    fleet.start().close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.2"})
  void theDaemonIsFoundUnderEachOfItsNames(String host) throws IOException {
    fleet = new SmallFleet(folder, ", \"control\": {\"host\": \"" + host + "\"}");
    try (Daemon daemon = fleet.start()) {
      assertEquals(host, daemon.url().getHost());
      assertEquals(0, fleet.ask("status").status());
      String page = fleet.ask("page").out().strip();
      String token = Files.readString(folder.resolve("token")).strip();
      assertEquals(daemon.url() + "/#token=" + token, page);
    }
  }
}
