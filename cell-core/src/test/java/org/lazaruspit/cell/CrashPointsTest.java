package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.internal.files.CellLock;

/**
 * Makes every change of the disk inside an operation fail in turn, once or from then on with
 * unforced writes lost: afterwards the disk holds the old content or the new, never a mix.
 */
class CrashPointsTest {

  /** Operation on a cell, with the condition after its success or failure. */
  private interface Scenario {
    void prepare(Path root) throws IOException;

    void act(Path root, Path cell) throws IOException;

    void check(Path root, Path cell, boolean done) throws IOException;
  }

  /** Runs a scenario once for each of its changes to the disk; returns their number. */
  private static int enumerate(Scenario scenario, boolean once) throws IOException {
    for (int n = 0; ; n++) {
      try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
        FaultyDisk faulty = new FaultyDisk(disk);
        Path root = faulty.path("/missions");
        Files.createDirectory(root);
        scenario.prepare(root);
        Path cell = root.resolve(Cells.ID.toString());
        faulty.restart(false);
        faulty.failAfter(n, once);
        boolean done = true;
        try {
          scenario.act(root, cell);
        } catch (IOException e) {
          done = false;
        }
        boolean failed = faulty.failed();
        faulty.restart(!once);
        scenario.check(root, cell, done);
        if (!failed) {
          assertTrue(done);
          return n;
        }
      }
    }
  }

  private static CheckpointContent content(int n) {
    return CheckpointContent.of(Cells.json("{\"s\":" + n + "}"), Cells.json("{\"c\":" + n + "}"))
        .withArtifact("a" + n, Cells.json("artifact " + n))
        .withArtifact("same", Cells.json("artifact " + n));
  }

  /** Returns the number of the content above that a folder holds; fails for a mix. */
  private static int whole(Path folder) throws IOException {
    int n = Character.digit(Cells.read(folder.resolve("state.json")).charAt(5), 10);
    assertEquals("{\"c\":" + n + "}", Cells.read(folder.resolve("context.json")));
    Set<String> artifacts = new TreeSet<>();
    try (Stream<Path> all = Files.list(folder.resolve("artifacts"))) {
      for (Path artifact : all.toList()) {
        artifacts.add(artifact.getFileName().toString());
        assertEquals("artifact " + n, Cells.read(artifact));
      }
    }
    assertEquals(Set.of("a" + n, "same"), artifacts);
    return n;
  }

  private static void assertNothingLeft(Path cell) throws IOException {
    Path privateDirectory = cell.resolve(".lazarus");
    assertFalse(Files.exists(privateDirectory.resolve("checkpoints/a1/committing")));
    assertFalse(Files.exists(privateDirectory.resolve("checkpoints/a1/claimed")));
    try (Stream<Path> left = Files.list(privateDirectory.resolve("checkpoints/a1"))) {
      assertEquals(2, left.count());
    }
    // The next holder of the lock removes temporary files.
    CellLock.acquire(cell).close();
    assertFalse(Files.exists(privateDirectory.resolve("tmp")));
  }

  private static void assertOldOrNew(Path root, Path cell, boolean done) throws IOException {
    assertEquals(List.of(), MissionStore.open(root).load(cell).problems());
    Checkpoints checkpoints = Checkpoints.of(cell);
    CheckpointVerdict.Valid now =
        assertInstanceOf(CheckpointVerdict.Valid.class, checkpoints.verify("a1"));
    int current = whole(now.folder());
    assertTrue(done ? current == 3 : current == 2 || current == 3, "found " + current);
    CheckpointVerdict.Valid before = checkpoints.previous("a1").orElseThrow();
    assertEquals(current - 1, whole(before.folder()));
  }

  private static final class Saving implements Scenario {
    @Override
    public void prepare(Path root) throws IOException {
      Path cell = Cells.create(root).directory();
      Checkpoints.of(cell).save("a1", 0, content(1));
      Checkpoints.of(cell).save("a1", 0, content(2));
    }

    @Override
    public void act(Path root, Path cell) throws IOException {
      Checkpoints.of(cell).save("a1", 0, content(3));
    }

    @Override
    public void check(Path root, Path cell, boolean done) throws IOException {
      assertOldOrNew(root, cell, done);
      Checkpoints.of(cell).save("a1", 0, content(4));
      assertEquals(4, whole(cell.resolve("checkpoints/a1")));
      assertNothingLeft(cell);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyCrashInsideASaveLeavesTheOldCheckpointOrTheNew(boolean once) throws IOException {
    assertTrue(enumerate(new Saving(), once) > 40);
  }

  private static final class Committing implements Scenario {
    @Override
    public void prepare(Path root) throws IOException {
      new Saving().prepare(root);
      Path next = root.resolve(Cells.ID.toString()).resolve("checkpoints/a1/next");
      Cells.write(next.resolve("state.json"), "{\"s\":3}");
      Files.write(next.resolve("context.json"), Cells.json("{\"c\":3}"));
      Files.createDirectory(next.resolve("artifacts"));
      Files.write(next.resolve("artifacts/a3"), Cells.json("artifact 3"));
      Files.write(next.resolve("artifacts/same"), Cells.json("artifact 3"));
    }

    @Override
    public void act(Path root, Path cell) throws IOException {
      assertTrue(Checkpoints.of(cell).commitPending("a1"));
    }

    @Override
    public void check(Path root, Path cell, boolean done) throws IOException {
      assertOldOrNew(root, cell, done);
      Checkpoints.of(cell).commitPending("a1");
      assertEquals(3, whole(cell.resolve("checkpoints/a1")));
      assertOldOrNew(root, cell, true);
      assertFalse(Checkpoints.of(cell).commitPending("a1"));
      assertNothingLeft(cell);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyCrashInsideACommitLeavesThePendingCheckpointToBeCommittedOnce(boolean once)
      throws IOException {
    assertTrue(enumerate(new Committing(), once) > 40);
  }

  private static final class Creating implements Scenario {
    @Override
    public void prepare(Path root) {}

    @Override
    public void act(Path root, Path cell) throws IOException {
      MissionStore.open(root).create(Cells.small());
    }

    @Override
    public void check(Path root, Path cell, boolean done) throws IOException {
      List<CellLoad> all = MissionStore.open(root).load();
      assertTrue(all.stream().allMatch(CellLoad::valid), all::toString);
      if (all.isEmpty()) {
        assertFalse(done);
        Cells.create(root);
      }
      CellLock.acquire(root).close();
      assertFalse(Files.exists(root.resolve(".lazarus/tmp")));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyCrashInsideACreationLeavesNoCellOrAWholeOne(boolean once) throws IOException {
    assertTrue(enumerate(new Creating(), once) > 20);
  }

  private static final class Editing implements Scenario {
    @Override
    public void prepare(Path root) throws IOException {
      Cells.create(root);
    }

    @Override
    public void act(Path root, Path cell) throws IOException {
      CellEditor.of(cell).updateAgent("a1", agent -> agent.withIncarnation(7));
    }

    @Override
    public void check(Path root, Path cell, boolean done) throws IOException {
      CellLoad load = MissionStore.open(root).load(cell);
      assertEquals(List.of(), load.problems());
      long found = load.cell().orElseThrow().agents().values().iterator().next().incarnation();
      assertTrue(done ? found == 7 : found == 7 || found == 0);
      CellEditor.of(cell).updateAgent("a1", agent -> agent.withIncarnation(8));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyCrashInsideAnEditLeavesTheOldFileOrTheNew(boolean once) throws IOException {
    assertTrue(enumerate(new Editing(), once) >= 4);
  }

  @Test
  void failureIsReportedWithItsCause() throws IOException {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      FaultyDisk faulty = new FaultyDisk(disk);
      Path root = faulty.path("/missions");
      Files.createDirectory(root);
      Path cell = Cells.create(root).directory();
      String before = Cells.read(cell.resolve("agents/a1.json"));
      faulty.failAfter(2, true);
      IOException full =
          assertThrows(
              IOException.class,
              () -> CellEditor.of(cell).updateAgent("a1", agent -> agent.withIncarnation(1)));
      assertTrue(
          String.valueOf(full.getMessage()).startsWith("no space left on device"), full::toString);
      assertEquals(before, Cells.read(cell.resolve("agents/a1.json")));
    }
  }
}
