package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  private final Path root;
  private final Path cell;
  private final Checkpoints checkpoints;

  CheckpointsTest(@TempDir Path root) throws IOException {
    this.root = root;
    cell = Cells.create(root).directory();
    checkpoints = Checkpoints.of(cell);
  }

  private static CheckpointContent content(int n) {
    return CheckpointContent.of(
            Cells.json("{\"step\":" + n + "}"), Cells.json("{\"context\":" + n + "}"))
        .withArtifact("out/draft.md", Cells.json("draft " + n));
  }

  @Test
  void agentWithoutCheckpointIsMissingOne() throws IOException {
    assertInstanceOf(CheckpointVerdict.Missing.class, checkpoints.verify("a1"));
    assertTrue(checkpoints.previous("a1").isEmpty());
  }

  @Test
  void savedCheckpointIsValidAndVisible() throws IOException {
    CheckpointRef ref = checkpoints.save("a1", 0, content(1));
    Path folder = cell.resolve("checkpoints/a1");
    assertEquals(new CheckpointVerdict.Valid(ref, folder), checkpoints.verify("a1"));
    assertEquals("{\"step\":1}", Cells.read(folder.resolve("state.json")));
    assertEquals("draft 1", Cells.read(folder.resolve("artifacts/out/draft.md")));
    assertEquals(List.of("out/draft.md"), ref.artifacts());
    MissionCell loaded = MissionStore.open(root).load(cell).cell().orElseThrow();
    assertEquals(ref, loaded.agents().values().iterator().next().checkpoint());
  }

  @Test
  void previousGenerationIsKept() throws IOException {
    CheckpointRef first = checkpoints.save("a1", 0, content(1));
    checkpoints.save("a1", 0, content(2));
    CheckpointVerdict.Valid previous = checkpoints.previous("a1").orElseThrow();
    assertEquals(first, previous.ref());
    assertEquals("{\"step\":1}", Cells.read(previous.folder().resolve("state.json")));
  }

  @Test
  void replacedIncarnationCannotSave() throws IOException {
    checkpoints.save("a1", 2, content(1));
    assertThrows(StaleIncarnationException.class, () -> checkpoints.save("a1", 1, content(2)));
    assertEquals("{\"step\":1}", Cells.read(cell.resolve("checkpoints/a1/state.json")));
  }

  @Test
  void publishedFolderIsCommittedOnce() throws IOException {
    Cells.write(cell.resolve("checkpoints/a1/next/state.json"), "1");
    Cells.write(cell.resolve("checkpoints/a1/next/context.json"), "[]");
    assertTrue(checkpoints.commitPending("a1"));
    assertFalse(checkpoints.commitPending("a1"));
    assertInstanceOf(CheckpointVerdict.Valid.class, checkpoints.verify("a1"));
  }

  @Test
  void publishedFolderThatIsNoCheckpointIsSetAside() throws IOException {
    CheckpointRef ref = checkpoints.save("a1", 0, content(1));
    Cells.write(cell.resolve("checkpoints/a1/next/state.json"), "1");
    Cells.write(cell.resolve("checkpoints/a1/next/context.json"), "{\"torn\":");
    assertFalse(checkpoints.commitPending("a1"));
    assertTrue(checkpoints.refused("a1").orElseThrow().startsWith("context.json is not JSON"));
    assertEquals(
        new CheckpointVerdict.Valid(ref, cell.resolve("checkpoints/a1")), checkpoints.verify("a1"));
    assertFalse(checkpoints.commitPending("a1"));
  }
}
