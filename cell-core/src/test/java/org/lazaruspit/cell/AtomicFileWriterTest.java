package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AtomicFileWriterTest {
  private static final Configuration POSIX =
      Configuration.unix().toBuilder().setAttributeViews("basic", "posix").build();
  private static final Set<PosixFilePermission> SECRET =
      PosixFilePermissions.fromString("rw-------");
  private static final String OLD = "old content";
  private static final String NEW = "new content, which is longer";

  @TempDir Path directory;

  private static List<Path> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  /** Fails each operation on the disk in turn: once, or that one and all after it. */
  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void everyFailingOperationLeavesTheOldContentOrTheNew(boolean exists, boolean once)
      throws IOException {
    int operations = 0;
    boolean failed = true;
    while (failed) {
      try (FileSystem disk = Jimfs.newFileSystem(POSIX)) {
        FaultyDisk faulty = new FaultyDisk(disk);
        Path folder = Files.createDirectory(faulty.path("/state"));
        Path target = folder.resolve("file");
        if (exists) {
          Files.writeString(target, OLD);
        }
        faulty.restart(false);
        faulty.failAfter(operations, once);
        boolean done = true;
        try {
          AtomicFileWriter.write(target, Cells.json(NEW));
        } catch (IOException e) {
          done = false;
        }
        failed = faulty.failed();
        faulty.restart(!once);

        assertEquals(!failed, done);
        boolean present = Files.exists(target);
        assertEquals(exists || done, present);
        if (present) {
          assertEquals(done ? NEW : OLD, Files.readString(target));
        }
        if (once) {
          assertEquals(present ? 1 : 0, entries(folder).size(), "a temporary file is left");
        }
      }
      operations++;
    }
    assertEquals(5, operations, "open, write, force, rename, and one run without a failure");
  }

  @Test
  void secretHasItsPermissionsFromTheStart() throws IOException {
    int files = 0;
    for (int operations = 0; operations < 5; operations++) {
      try (FileSystem disk = Jimfs.newFileSystem(POSIX)) {
        FaultyDisk faulty = new FaultyDisk(disk);
        Path folder = Files.createDirectory(faulty.path("/state"));
        faulty.failAfter(operations, false);
        try {
          AtomicFileWriter.write(folder.resolve("token"), Cells.json(NEW), SECRET);
        } catch (IOException e) {
          assertTrue(faulty.failed(), e::toString);
        }
        for (Path file : entries(folder)) {
          assertEquals(SECRET, Files.getPosixFilePermissions(file));
          files++;
        }
      }
    }
    assertEquals(4, files);
  }

  @Test
  void permissionsOfAReplacedFileAreKept() throws IOException {
    Path target = Files.writeString(directory.resolve("file"), OLD);
    for (String mode : List.of("rw-------", "rw-rw-rw-", "r--r-----", "rwxr-x---")) {
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(mode));
      AtomicFileWriter.write(target, Cells.json(NEW));
      assertEquals(mode, mode(target));
    }
  }

  @Test
  void givenPermissionsWinOverThoseOfAReplacedFileAndTheUmask() throws IOException {
    Path target = Files.writeString(directory.resolve("file"), OLD);
    for (String mode : List.of("rw-------", "rw-rw-rw-")) {
      AtomicFileWriter.write(target, Cells.json(NEW), PosixFilePermissions.fromString(mode));
      assertEquals(mode, mode(target));
    }
  }

  @Test
  void givenPermissionsAreRefusedWhereTheFileSystemHasNone() throws IOException {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path target = Files.writeString(disk.getPath("/file"), OLD);
      assertThrows(
          UnsupportedOperationException.class,
          () -> AtomicFileWriter.write(target, Cells.json(NEW), SECRET));
      assertEquals(OLD, Files.readString(target));
      AtomicFileWriter.write(target, Cells.json(NEW));
      assertEquals(NEW, Files.readString(target));
    }
  }

  @Test
  void linkInTheTargetsPlaceIsReplacedAndNotFollowed() throws IOException {
    Path elsewhere = Files.writeString(directory.resolve("elsewhere"), OLD);
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path target = Files.createSymbolicLink(directory.resolve("file"), elsewhere);

    AtomicFileWriter.write(target, Cells.json(NEW));

    assertTrue(Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS));
    assertEquals(NEW, Files.readString(target));
    assertFalse(Files.isExecutable(target), "permissions behind the link were copied");
    assertEquals(OLD, Files.readString(elsewhere));
  }

  @Test
  void directoryInTheTargetsPlaceIsRefused() throws IOException {
    Path target = Files.createDirectory(directory.resolve("file"));
    assertThrows(IOException.class, () -> AtomicFileWriter.write(target, Cells.json(NEW)));
    assertEquals(List.of(target), entries(directory));
  }

  @Test
  void directoryMayBeReachedThroughALink() throws IOException {
    Path real = Files.createDirectory(directory.resolve("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    AtomicFileWriter.write(link.resolve("file"), Cells.json(NEW));
    assertEquals(NEW, Files.readString(real.resolve("file")));
  }

  @Test
  void missingDirectoryIsRefused() {
    Path target = directory.resolve("missing/file");
    assertThrows(NoSuchFileException.class, () -> AtomicFileWriter.write(target, Cells.json(NEW)));
    assertThrows(
        NoSuchFileException.class,
        () -> AtomicFileWriter.syncDirectory(directory.resolve("missing")));
  }

  @Test
  void interruptedThreadKeepsTheOldContent() throws IOException {
    Path target = Files.writeString(directory.resolve("file"), OLD);
    Thread.currentThread().interrupt();
    try {
      assertThrows(
          ClosedByInterruptException.class, () -> AtomicFileWriter.write(target, Cells.json(NEW)));
    } finally {
      assertTrue(Thread.interrupted());
    }
    assertEquals(OLD, Files.readString(target));
    assertEquals(List.of(target), entries(directory));
  }

  @Test
  void concurrentWritesLeaveOneOfThemWhole() throws IOException {
    Path target = directory.resolve("file");
    List<String> contents = IntStream.range(0, 16).mapToObj(n -> ("" + n).repeat(9000)).toList();
    contents.parallelStream()
        .forEach(
            content -> {
              try {
                AtomicFileWriter.write(target, Cells.json(content));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertTrue(contents.contains(Files.readString(target)));
    assertEquals(List.of(target), entries(directory));
  }
}
