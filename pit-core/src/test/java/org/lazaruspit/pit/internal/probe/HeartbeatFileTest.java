package org.lazaruspit.pit.internal.probe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CheckpointVerdict;
import org.lazaruspit.cell.Checkpoints;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.pit.internal.probe.HeartbeatFile.Beat;
import org.lazaruspit.pit.internal.probe.HeartbeatFile.Stamp;

@Timeout(60)
final class HeartbeatFileTest {

  @TempDir Path folder;
  private MissionCell cell;
  private Path path;
  private HeartbeatFile file;

  @BeforeEach
  void makeCell() throws IOException {
    cell = MissionStore.open(folder).create(NewCell.builder("Test").build());
    CellEditor.of(cell.directory()).addAgent(AgentSpec.of("writer", "Writer", Role.WRITE));
    path = HeartbeatFile.path(cell.directory(), "writer");
    file = new HeartbeatFile(path);
    file.begin();
  }

  private Beat read() throws IOException {
    return file.read(file.stamp().orElseThrow());
  }

  @Test
  void theFolderExistsBeforeTheAgentAndIsEmpty() throws IOException {
    assertTrue(Files.isDirectory(path.getParent(), LinkOption.NOFOLLOW_LINKS));
    assertEquals(Optional.empty(), file.stamp());
    assertFalse(file.used());
  }

  @Test
  void anEmptyFileIsABareSignOfLife() throws IOException {
    Files.createFile(path);
    assertEquals(new Beat("", OptionalLong.empty(), Optional.empty()), read());
  }

  @Test
  void theContentIsRead() throws IOException {
    Files.writeString(path, "{\"incarnation\": 7, \"progress\": \"schön\"}");
    assertEquals(OptionalLong.of(7), read().incarnation());
    assertEquals("{\"incarnation\": 7, \"progress\": \"schön\"}", read().text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"incarnation\": 7, \"prog",
        "[]",
        "null",
        "{} {}",
        "{\"incarnation\": -1}",
        "{\"incarnation\": 1000000001}",
        "{\"incarnation\": 9223372036854775807}",
        "{\"incarnation\": 1.5}",
        "{\"progress\": []}",
        "{\"waiting\": {\"until\": 5}}",
        "{\"waiting\": {\"for\": \"call\", \"until\": -5}}",
        "{\"waiting\": {\"for\": \"call\", \"until\": \"soon\"}}",
        "{\"response_time\": \"fast\"}",
        "{\"metadata\": 3}"
      })
  void malformedContentIsABareSignOfLifeAndAProblem(String text) throws IOException {
    Files.writeString(path, text);
    Beat heartbeat = read();
    assertEquals("", heartbeat.text());
    assertTrue(heartbeat.complaint().isPresent());
  }

  @Test
  void atMost64KiBAreRead() throws IOException {
    Files.writeString(path, " ".repeat(HeartbeatFile.MAX_BYTES));
    assertEquals(Optional.empty(), read().complaint());
    Files.writeString(path, " ".repeat(HeartbeatFile.MAX_BYTES + 1));
    assertEquals("has more than 65536 bytes", read().complaint().orElseThrow());
    try (FileChannel sparse = FileChannel.open(path, StandardOpenOption.WRITE)) {
      sparse.write(ByteBuffer.wrap(new byte[1]), 3L << 30);
    }
    assertEquals("has more than 65536 bytes", read().complaint().orElseThrow());
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "{\"progress\": 1}");
    Stamp regular = new HeartbeatFile(secret).stamp().orElseThrow();
    Files.createSymbolicLink(path, secret);
    assertThrows(IOException.class, this::read);
    assertThrows(IOException.class, () -> file.read(regular), "replaced between stamp and read");
  }

  @Test
  void aFolderThatIsALinkIsNotFollowed() throws IOException {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("heartbeat"), "{}");
    Files.delete(path.getParent());
    Files.createSymbolicLink(path.getParent(), elsewhere);
    assertThrows(IOException.class, this::read);
    assertThrows(IOException.class, file::begin);
    assertTrue(Files.exists(elsewhere.resolve("heartbeat")), "not moved either");
  }

  @Test
  void aFolderAboveItsOwnThatIsALinkIsNotFollowed() throws IOException {
    Files.createFile(path);
    Stamp regular = file.stamp().orElseThrow();
    Path checkpoints = path.getParent().getParent();
    Path elsewhere = Files.move(checkpoints, folder.resolve("elsewhere"));
    Files.createSymbolicLink(checkpoints, elsewhere);
    assertThrows(IOException.class, () -> file.read(regular));
    assertThrows(IOException.class, file::begin);
    assertTrue(Files.exists(elsewhere.resolve("writer").resolve("heartbeat")));
  }

  @Test
  void aFifoIsNotWaitedFor() throws Exception {
    Files.createFile(path);
    Stamp regular = file.stamp().orElseThrow();
    Files.delete(path);
    assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
    assertThrows(IOException.class, this::read);
    assertEquals("", file.read(regular).text(), "replaced between stamp and read");
  }

  @Test
  void aDirectoryIsNoHeartbeat() throws IOException {
    Files.createDirectories(path.resolve("inner"));
    assertThrows(IOException.class, this::read);
  }

  @Test
  void aFileOfAnEarlierIncarnationIsMovedAside() throws IOException {
    Files.writeString(path, "{\"incarnation\": 1}");
    file.begin();
    assertEquals(Optional.empty(), file.stamp());
    assertTrue(file.used());
    file.begin();
    assertTrue(file.used(), "a second start without a heartbeat");
  }

  @Test
  void checkpointsAndTheCellsRulesDoNotMindTheFile() throws IOException {
    Files.writeString(path, "{}");
    Path next = Files.createDirectories(path.resolveSibling("next"));
    Files.write(next.resolve("state.json"), "{}".getBytes(UTF_8));
    Files.write(next.resolve("context.json"), "{}".getBytes(UTF_8));
    Checkpoints checkpoints = Checkpoints.of(cell.directory());
    assertTrue(checkpoints.commitPending("writer"));
    assertTrue(Files.exists(path));
    CheckpointVerdict.Valid valid =
        assertInstanceOf(CheckpointVerdict.Valid.class, checkpoints.verify("writer"));
    assertEquals(path.getParent(), valid.folder());
    CellLoad load = MissionStore.open(folder).load(cell.directory());
    assertEquals(List.of(), load.problems());
  }
}
