package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.internal.json.CellCodecs;
import org.lazaruspit.cell.internal.json.JsonText;

class CellArchiveTest {
  private final Path root;
  private final Path other;
  private final Path zip;

  CellArchiveTest(@TempDir Path folder) throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    other = Files.createDirectory(folder.resolve("other"));
    zip = folder.resolve("cell.zip");
  }

  private void archive(String... entries) throws IOException {
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream archive = new ZipOutputStream(out)) {
      for (String entry : entries) {
        archive.putNextEntry(new ZipEntry(entry));
        archive.write(cellJson().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static String cellJson() {
    return new String(
        JsonText.bytes(CellCodecs.CONFIG.encode().apply(Cells.small().config())),
        StandardCharsets.UTF_8);
  }

  private void assertRefused(String why) throws IOException {
    IOException refused = assertThrows(IOException.class, () -> CellArchive.restore(zip, other));
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused::toString);
    assertTrue(MissionStore.open(other).load().isEmpty());
    try (Stream<Path> left = Files.walk(other)) {
      assertTrue(
          left.map(path -> other.relativize(path).toString())
              .allMatch(List.of("", ".lazarus", ".lazarus/lock", ".lazarus/tmp")::contains));
    }
  }

  @Test
  void restoredCellIsTheCellThatWasBackedUp() throws IOException {
    Path cell = Cells.create(root).directory();
    Checkpoints.of(cell).save("a1", 0, CheckpointContent.of(Cells.json("1"), Cells.json("2")));
    Cells.write(cell.resolve("artifacts/code/größe.txt"), "x");
    assertEquals(List.of(), CellArchive.backup(cell, zip));
    MissionCell restored = CellArchive.restore(zip, other);
    assertEquals(other.resolve(cell.getFileName()), restored.directory());
    MissionCell original = MissionStore.open(root).load(cell).cell().orElseThrow();
    assertEquals(original.config(), restored.config());
    assertEquals(original.agents(), restored.agents());
    assertEquals("x\n", Cells.read(restored.directory().resolve("artifacts/code/größe.txt")));
    assertTrue(Files.isDirectory(restored.directory().resolve("logs")));
    assertTrue(
        Checkpoints.of(restored.directory()).verify("a1") instanceof CheckpointVerdict.Valid);
  }

  @Test
  void linksAreLeftOutAndNamed() throws IOException {
    Path cell = Cells.create(root).directory();
    Path secret = root.resolve("secret");
    Cells.write(secret, "s");
    Files.createSymbolicLink(cell.resolve("artifacts/link"), secret);
    assertEquals(List.of("artifacts/link"), CellArchive.backup(cell, zip));
    Path restored = CellArchive.restore(zip, other).directory();
    assertFalse(Files.exists(restored.resolve("artifacts/link")));
  }

  @Test
  void existingFilesAreNotOverwritten() throws IOException {
    Path cell = Cells.create(root).directory();
    CellArchive.backup(cell, zip);
    assertThrows(FileAlreadyExistsException.class, () -> CellArchive.backup(cell, zip));
    assertThrows(FileAlreadyExistsException.class, () -> CellArchive.restore(zip, root));
    assertThrows(IOException.class, () -> CellArchive.backup(cell, cell.resolve("logs/me.zip")));
  }

  @Test
  void cellWithProblemsIsRestoredAsItWas() throws IOException {
    Path cell = Cells.create(root).directory();
    Cells.write(cell.resolve("agents/a2.json"), "{");
    CellArchive.backup(cell, zip);
    assertEquals(1, CellArchive.restore(zip, other).agents().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil", "/evil", "a/../../evil", "a//b", "a\\..\\evil", "./x", "..", "a/."})
  void namesThatLeadOutAreRefused(String name) throws IOException {
    archive("cell.json", name);
    assertRefused("which leads out of the cell");
  }

  @Test
  void archiveWithoutAMissionIsRefused() throws IOException {
    archive("other.json");
    assertRefused("cell.json");
  }

  @Test
  void privateDirectoryIsNotTakenFromAnArchive() throws IOException {
    archive("cell.json", ".lazarus/checkpoints/a1/generation-1/manifest.json");
    Path cell = CellArchive.restore(zip, other).directory();
    assertFalse(Files.exists(cell.resolve(".lazarus")));
  }

  @Test
  void linksInAnArchiveAreRefused() throws IOException {
    archive("cell.json", "logs");
    byte[] bytes = Files.readAllBytes(zip);
    int entry = lastIndexOf(bytes, new byte[] {0x50, 0x4b, 0x01, 0x02});
    bytes[entry + 5] = 3;
    bytes[entry + 41] = (byte) 0xa1;
    Files.write(zip, bytes);
    assertRefused("\"logs\" is a link or a special file");
  }

  private static int lastIndexOf(byte[] bytes, byte[] part) {
    for (int at = bytes.length - part.length; at >= 0; at--) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new AssertionError("not there");
  }

  @Test
  void bombsAreRefusedBeforeTheyFillTheDisk() throws IOException {
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream archive = new ZipOutputStream(out)) {
      archive.putNextEntry(new ZipEntry("logs/bomb"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 100; i++) {
        archive.write(zeros);
      }
    }
    assertRefused("bytes when unpacked");
  }

  @Test
  void fileThatIsNotAZipIsRefused() throws IOException {
    Cells.write(zip, "PK nonsense");
    assertRefused("is not a zip file");
  }
}
