package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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
    SmallFleet.Outcome told = fleet.ask("status");
    assertEquals(1, told.status(), told::toString);
    assertEquals("", told.out());
    assertEquals(1, told.err().lines().count(), told::err);
    assertTrue(told.err().contains(why), told::err);
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
  void theRunningDaemonTellsHowItIs() throws IOException {
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
          daemon.running().startedAt().toString(), status.required("started_at").asString());
      assertEquals(0, fleet.ask("--status").status());
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
  void whatADeadDaemonLeftBehindIsNoDaemon() throws IOException {
    try (Daemon daemon = fleet.start()) {
      String left = Files.readString(folder.resolve("pit.json"));
      PitFile here = PitFile.read(folder).orElseThrow();
      assertEquals(daemon.url(), here.controlUrl());
      // The same pid, but a process that was started at another tick.
      new PitFile(here.pid(), here.startedAt(), here.controlUrl(), here.process().map(p -> p + "1"))
          .write(folder);
      assertNotRunning("ended without a word");
      Files.writeString(folder.resolve("pit.json"), left);
      assertEquals(0, fleet.ask("status").status());
    }
  }
}
