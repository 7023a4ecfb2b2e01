package org.lazaruspit.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.testkit.FakeMachine;
import org.lazaruspit.pit.testkit.SimulatedPit;

/** The log of one revival, read from the journal. */
final class RevivalLogTest {

  private SimulatedPit pit;

  @BeforeEach
  void open() throws IOException {
    pit = new SimulatedPit("writer", "reader");
  }

  @AfterEach
  void close() throws IOException {
    pit.close();
  }

  private Revival revivalOf(String agent) {
    return pit.revivals.all().stream()
        .filter(revival -> revival.agent().agentId().equals(agent))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> events(List<RevivalLogEntry> lines) {
    return lines.stream().map(RevivalLogEntry::event).toList();
  }

  @Test
  void theLogHoldsEveryStepOfARevivalInOrderAndNoOtherRevival() throws Exception {
    pit.machine.fates.add(FakeMachine.Fate.CANNOT_START);
    pit.round();
    Revival failing =
        pit.revivals.all().stream().filter(r -> r.status().open()).findFirst().orElseThrow();
    Revival other = revivalOf(failing.agent().agentId().equals("writer") ? "reader" : "writer");
    List<RevivalLogEntry> lines = pit.revivals.log(failing.id());
    assertEquals(
        List.of(
            "requested",
            "stop",
            "verify_checkpoint",
            "raise_incarnation",
            "start",
            "attempt_failed"),
        events(lines));
    RevivalLogEntry last = lines.get(lines.size() - 1);
    assertEquals(RevivalStatus.PENDING, last.status());
    assertEquals(1, last.attempt());
    assertEquals(1, last.incarnation());
    assertEquals(pit.now(), last.at());
    assertTrue(last.detail().contains("cannot start in the simulation"), last::detail);
    assertEquals(
        List.of(
            "requested",
            "stop",
            "verify_checkpoint",
            "raise_incarnation",
            "start",
            "register",
            "verify_health",
            "revived"),
        events(pit.revivals.log(other.id())));
  }

  @Test
  void theLineThatRaisesTheIncarnationHasTheResultsOfTheFirstSteps() throws Exception {
    pit.round();
    Revival revival = revivalOf("writer");
    assertEquals(FailureCause.EXIT, revival.cause());
    RevivalLogEntry raised =
        pit.revivals.log(revival.id()).stream()
            .filter(line -> line.event().equals("raise_incarnation"))
            .findFirst()
            .orElseThrow();
    assertTrue(raised.detail().startsWith("proven dead in "), raised::detail);
    assertTrue(raised.detail().contains("; fresh: "), raised::detail);
  }

  @Test
  void incompleteAndMalformedLinesAreSkipped() throws Exception {
    pit.round();
    Revival revival = revivalOf("writer");
    Path journal = pit.directory.resolve("logs").resolve("revivals.jsonl");
    List<String> written = Files.readAllLines(journal);
    String ours =
        written.stream().filter(line -> line.contains(revival.id())).findFirst().orElseThrow();
    int before = pit.revivals.log(revival.id()).size();
    String added =
        String.join(
            "\n",
            "not JSON \"" + revival.id() + "\"",
            ours.replace("\"detail\"", "\"dry_run\":true,\"detail\""),
            "x".repeat(2 << 20),
            "{\"detail\":\"" + revival.id() + "\"}",
            ours);
    Files.write(journal, added.getBytes(UTF_8), StandardOpenOption.APPEND);
    assertEquals(before, pit.revivals.log(revival.id()).size(), "the last line is not finished");
    Files.write(journal, "\n".getBytes(UTF_8), StandardOpenOption.APPEND);
    assertEquals(before + 1, pit.revivals.log(revival.id()).size());
  }

  @Test
  void aRevivalThatDoesNotExistIsNamed() {
    NoSuchElementException none =
        assertThrows(NoSuchElementException.class, () -> pit.revivals.log("unknown"));
    assertEquals("there is no revival unknown", none.getMessage());
  }
}
