package org.lazaruspit.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.pit.internal.journal.JournalCodec;
import org.lazaruspit.pit.internal.journal.JournalEntry;
import org.lazaruspit.pit.internal.ledger.RevivalLedger;
import org.lazaruspit.pit.testkit.RealPitFixture;

/**
 * A real disk that is full at any point of a revival: an event that cannot be written is not
 * carried out. Needs root to mount a small disk.
 */
@Tag("full")
final class PitFullDiskTest extends RealPitFixture {

  /** Allocation unit of a file: within it a journal still grows on a full disk. */
  private static final int PAGE = 4096;

  private Path missions;

  @Override
  @BeforeEach
  public void openGatewayAndCell() throws IOException {
    missions = Files.createDirectories(folder.resolve("missions"));
    run("mount", "-t", "tmpfs", "-o", "size=1m", "none", missions.toString());
    super.openGatewayAndCell();
  }

  @Override
  @AfterEach
  public void nothingIsLeftOver() throws Exception {
    try {
      super.nothingIsLeftOver();
    } finally {
      run("umount", missions.toString());
    }
  }

  private static void run(String... command) throws IOException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertEquals(0, process.waitFor(), output);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private Path journal() {
    return CellPaths.of(cell.directory()).journal();
  }

  private Path filler() {
    return missions.resolve("filler");
  }

  /** Grows the journal until about so many bytes of its last page are free. */
  private void leave(LazarusPit pit, int bytes) throws IOException {
    long before = Files.size(journal());
    pit.engine().pause(AGENT, Optional.empty(), "x");
    pit.engine().resume(AGENT, "x");
    long pair = Files.size(journal()) - before;
    long rest = PAGE - Files.size(journal()) % PAGE - bytes - pair;
    while (rest < 0) {
      rest += PAGE;
    }
    pit.engine().pause(AGENT, Optional.empty(), "x".repeat((int) rest));
    pit.engine().resume(AGENT, "x");
  }

  /** Fills the disk, except for the last pages of files. */
  private void fill() throws IOException {
    byte[] page = new byte[PAGE];
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (true) {
        out.write(page);
      }
    } catch (IOException full) {
      assertTrue(String.valueOf(full.getMessage()).contains("No space left"), full::toString);
    }
  }

  private List<JournalEntry> lines() throws Exception {
    return Files.readAllLines(journal()).stream().map(PitFullDiskTest::line).toList();
  }

  private static JournalEntry line(String text) {
    try {
      return JournalCodec.read(text);
    } catch (JournalCodec.MalformedLineException e) {
      throw new AssertionError(text, e);
    }
  }

  @Test
  void anEventThatCannotBeWrittenIsNotCarriedOutAndReportedUntilThereIsRoom() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      leave(pit, 60);
      fill();
      int lines = lines().size();
      killAndAwaitEnd(pidOfStart(0));
      while (pit.health().well()) {
        awaitRounds(0);
      }
      assertEquals(List.of("failures were seen and not acted on"), pit.health().complaints());
      assertEquals(1, starts().size());
      assertEquals(lines, lines().size());
      Files.delete(filler());
      assertEquals(2, await(RevivalStatus.REVIVED).incarnation());
      awaitRounds(1);
      assertTrue(pit.health().well());
    }
    assertStartedOnceEach();
  }

  @ParameterizedTest
  @ValueSource(ints = {900, 1300, 1700})
  void aRevivalInterruptedByAFullDiskContinuesOnceThereIsRoom(int bytes) throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      leave(pit, bytes);
      fill();
      int lines = lines().size();
      killAndAwaitEnd(pidOfStart(0));
      awaitRounds(2);
      assertTrue(lines().size() > lines, "the revival has begun");
      assertEquals(0, changes.stream().filter(it -> it.status() == RevivalStatus.REVIVED).count());
      Files.delete(filler());
      await(RevivalStatus.REVIVED);
    }
    assertStartedOnceEach();
  }

  /** Each start was of a newer incarnation, and found no other process of the agent. */
  private void assertStartedOnceEach() throws Exception {
    List<String> starts = starts();
    long last = 0;
    for (String start : starts) {
      long incarnation = Long.parseLong(start.split(" ", -1)[0]);
      assertTrue(incarnation > last && !start.contains("TWICE"), starts::toString);
      last = incarnation;
    }
    RevivalLedger ledger = RevivalLedger.replay(CELL, lines());
    assertEquals(last, ledger.incarnation("writer"));
    assertEquals(List.of(), ledger.open());
  }
}
