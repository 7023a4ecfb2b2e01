package org.lazaruspit.examples.pit.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.examples.pit.SmallFleet;
import org.lazaruspit.pit.LazarusPit;
import org.slf4j.LoggerFactory;

/** A problem is logged once, not in every round. */
@Timeout(60)
final class QuietLogTest {

  private static final UUID CELL = UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");

  @TempDir Path folder;
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private SmallFleet fleet;
  private Path cell;

  @BeforeEach
  void listen() throws Exception {
    fleet =
        new SmallFleet(
            folder,
            ", \"poll_interval\": 86400, \"gateways\": [{\"name\": \"g\", \"url\":"
                + " \"http://127.0.0.1:1\"}], \"launchers\": {\"default\": {\"command\":"
                + " [\"sleep\", \"600\"]}}");
    cell =
        MissionStore.open(fleet.root())
            .create(NewCell.builder("Quiet").cellId(CELL).build())
            .directory();
    appender.start();
    root.addAppender(appender);
  }

  @AfterEach
  void endAgents() throws IOException {
    root.detachAppender(appender);
    fleet.killAgents();
  }

  private List<String> messages() {
    synchronized (appender) {
      return List.copyOf(appender.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
  }

  private static void rounds(LazarusPit pit, int count) {
    for (int i = 0; i < count; i++) {
      long before = pit.health().rounds();
      pit.wakeUp();
      while (pit.health().rounds() == before) {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  @Test
  void tenRoundsWithoutChangesLogNothing() throws Exception {
    CellEditor.of(cell).addAgent(AgentSpec.of("away", "A", Role.WRITE).withGateway("g"));
    CellEditor.of(cell).addAgent(AgentSpec.of("lost", "L", Role.WRITE).withGateway("unlisted"));
    CellEditor.of(cell).addAgent(AgentSpec.of("bare", "B", Role.WRITE).withLauncher("none"));
    Files.writeString(cell.resolve("tasks").resolve("bad.json"), "{");
    try (Daemon daemon = fleet.start()) {
      LazarusPit pit = daemon.current().work().pit();
      assertTrue(daemon.current().work().firstRound().await(Duration.ofSeconds(30)));
      rounds(pit, 3);
      List<String> before = messages();
      assertTrue(before.stream().anyMatch(message -> message.contains("away")), before::toString);
      rounds(pit, 10);
      assertEquals(before, messages());
    }
  }

  @Test
  void unwritableJournalAndDeathOfItsAgentAreLoggedOnce() throws Exception {
    CellEditor.of(cell).addAgent(AgentSpec.of("writer", "W", Role.WRITE));
    try (Daemon daemon = fleet.start()) {
      LazarusPit pit = daemon.current().work().pit();
      while (messages().stream().noneMatch(message -> message.contains("writer: healthy"))) {
        LockSupport.parkNanos(5_000_000);
      }
      Files.write(
          cell.resolve("logs").resolve("revivals.jsonl"),
          "not ours\n".getBytes(UTF_8),
          StandardOpenOption.APPEND);
      fleet.killAgents();
      rounds(pit, 10);
      List<String> dead =
          messages().stream().filter(message -> message.contains("nothing is done")).toList();
      // Logged by the exit watch at once, and by a round.
      assertTrue(!dead.isEmpty() && dead.size() <= 2, dead::toString);
      assertEquals(1, messages().stream().filter(m -> m.contains("writer: dead")).count());
    }
  }
}
