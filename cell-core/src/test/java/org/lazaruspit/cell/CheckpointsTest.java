package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.internal.files.AtomicFiles;

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
  void incarnationOutsideOfTheRangeIsRefused() throws IOException {
    for (long number : new long[] {-1, Incarnation.MAX + 1, Long.MAX_VALUE}) {
      assertThrows(
          IllegalArgumentException.class, () -> checkpoints.save("a1", number, content(1)));
      assertThrows(
          IllegalArgumentException.class,
          () -> AgentSpec.of("a1", "A", Role.WRITE).withIncarnation(number));
    }
    checkpoints.save("a1", 0, content(2)); // the refused numbers fence nothing off
  }

  /** Written by an agent into .lazarus: the manifest counts as unreadable. */
  @Test
  void numbersInAManifestThatWouldOverflowAreNotTaken() throws IOException {
    checkpoints.save("a1", 0, content(1));
    Path manifest = cell.resolve(".lazarus/checkpoints/a1/generation-1/manifest.json");
    String text = Cells.read(manifest);
    for (String forged : List.of("\"generation\": ", "\"incarnation\": ")) {
      String large = text.replaceFirst(forged + "\\d+", forged + Long.MAX_VALUE);
      assertFalse(large.equals(text), text);
      Cells.write(manifest, large);
      checkpoints.save("a1", 0, content(2));
      assertEquals("{\"step\":2}", Cells.read(valid().folder().resolve("state.json")));
      assertFalse(Files.exists(manifest.resolveSibling("../generation-" + Long.MIN_VALUE)));
    }
  }

  /** Written by an agent as its commit record; the next millisecond is of the year 10000. */
  @Test
  void aCheckpointAtTheEndOfTimeIsFollowedByOneOfThePresent() throws IOException {
    checkpoints.save("a1", 0, content(1));
    Path agent = cell.resolve("agents/a1.json");
    Cells.write(
        agent,
        Cells.read(agent)
            .replaceFirst("(\"last_checkpoint\": *)\"[^\"]*\"", "$1\"9999-12-31T23:59:59.999Z\""));
    CheckpointRef saved = checkpoints.save("a1", 0, content(2));
    assertTrue(saved.lastCheckpoint().isBefore(Instant.parse("9999-01-01T00:00:00Z")));
    assertEquals(saved, valid().ref());
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
    assertEquals(ref, valid().ref());
    assertEquals(folder, valid().folder());
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
    assertEquals(ref, valid().ref());
    assertEquals(cell.resolve("checkpoints/a1"), valid().folder());
    assertFalse(checkpoints.commitPending("a1"));
  }

  @Test
  void identityCoversStateContextAndArtifactsAndNothingElse() throws IOException {
    byte[] one = Cells.json("1");
    byte[] two = Cells.json("2");
    List<CheckpointContent> contents =
        List.of(
            CheckpointContent.of(one, one),
            CheckpointContent.of(two, one),
            CheckpointContent.of(one, two),
            CheckpointContent.of(one, one).withArtifact("a", one),
            CheckpointContent.of(one, one).withArtifact("a", two),
            CheckpointContent.of(one, one).withArtifact("b", one));
    Set<String> identities = new HashSet<>();
    for (CheckpointContent content : contents) {
      checkpoints.save("a1", 0, content);
      String identity = valid().identity();
      assertTrue(identities.add(identity), identity);
      checkpoints.save("a1", 0, content);
      assertEquals(identity, valid().identity(), "saved again");
      assertEquals(identity, checkpoints.previous("a1").orElseThrow().identity());
    }
  }

  @Test
  void aCheckpointWrittenInPlaceHasTheIdentityOfTheSameContentSaved() throws IOException {
    CheckpointRef ref = checkpoints.save("a1", 0, content(1));
    String identity = valid().identity();
    AtomicFiles.deleteTree(cell.resolve(".lazarus/checkpoints"));
    assertEquals(ref, valid().ref());
    assertEquals(identity, valid().identity());
  }

  private CheckpointVerdict.Valid valid() throws IOException {
    return assertInstanceOf(CheckpointVerdict.Valid.class, checkpoints.verify("a1"));
  }

  @Test
  void folderThatWasChangedAfterTheCommitIsNotRestored() throws IOException {
    checkpoints.save("a1", 0, content(1));
    Cells.write(cell.resolve("checkpoints/a1/state.json"), "{\"step\":666}");
    assertEquals("{\"step\":1}", Cells.read(valid().folder().resolve("state.json")));
    Cells.write(cell.resolve("checkpoints/a1/artifacts/extra"), "from another checkpoint");
    assertEquals("{\"step\":1}", Cells.read(valid().folder().resolve("state.json")));
  }

  @Test
  void checkpointWhoseEveryCopyWasChangedIsInvalidAndTheOneBeforeIsOffered() throws IOException {
    checkpoints.save("a1", 0, content(1));
    checkpoints.save("a1", 0, content(2));
    Cells.write(cell.resolve("checkpoints/a1/state.json"), "{}");
    Cells.write(cell.resolve(".lazarus/checkpoints/a1/generation-2/state.json"), "{}");
    assertInstanceOf(CheckpointVerdict.Invalid.class, checkpoints.verify("a1"));
    Path before = checkpoints.previous("a1").orElseThrow().folder();
    assertEquals("{\"step\":1}", Cells.read(before.resolve("state.json")));
  }

  /** Commits as an agent without this library: files first, then the commit record. */
  private void writeInPlace(String hash, List<String> artifacts) throws IOException {
    Path folder = cell.resolve("checkpoints/a1");
    Files.write(folder.resolve("state.json"), Cells.json("{}"));
    Files.write(folder.resolve("context.json"), Cells.json("{}"));
    CellEditor.of(cell)
        .updateAgent(
            "a1", agent -> agent.withCheckpoint(new CheckpointRef(Cells.CREATED, hash, artifacts)));
  }

  @Test
  void checkpointWrittenInPlaceIsAcceptedIfItsHashMatches() throws IOException {
    String hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    writeInPlace(hash, List.of());
    assertEquals(cell.resolve("checkpoints/a1"), valid().folder());
    writeInPlace(hash, List.of("missing"));
    assertInstanceOf(CheckpointVerdict.Invalid.class, checkpoints.verify("a1"));
    writeInPlace("0".repeat(64), List.of());
    assertInstanceOf(CheckpointVerdict.Invalid.class, checkpoints.verify("a1"));
  }

  @Test
  void newestOfTwoPublishedFoldersWinsTheRaceInEitherOrder() throws IOException {
    Path next = cell.resolve("checkpoints/a1/next");
    Cells.write(next.resolve("state.json"), "1");
    Cells.write(next.resolve("context.json"), "1");
    assertTrue(checkpoints.commitPending("a1"));
    Cells.write(next.resolve("state.json"), "2");
    Cells.write(next.resolve("context.json"), "2");
    Files.move(next, next.resolveSibling("old"));
    Cells.write(next.resolve("state.json"), "3");
    Cells.write(next.resolve("context.json"), "3");
    assertTrue(checkpoints.commitPending("a1"));
    assertEquals("3\n", Cells.read(valid().folder().resolve("state.json")));
    Cells.write(next.resolve("state.json"), "4");
    Cells.write(next.resolve("context.json"), "4");
    checkpoints.save("a1", 0, content(5));
    assertFalse(checkpoints.commitPending("a1"));
    Path before = checkpoints.previous("a1").orElseThrow().folder();
    assertEquals("4\n", Cells.read(before.resolve("state.json")));
  }

  @Test
  void linksInAPublishedFolderAreRefusedAndNotFollowed() throws IOException {
    Path next = cell.resolve("checkpoints/a1/next");
    Path secret = root.resolve("secret.json");
    Cells.write(secret, "\"secret\"");
    Cells.write(next.resolve("state.json"), "1");
    Files.createSymbolicLink(next.resolve("context.json"), secret);
    assertFalse(checkpoints.commitPending("a1"));
    assertEquals(
        "context.json is a symbolic link, not a regular file",
        checkpoints.refused("a1").orElseThrow());
    Files.createSymbolicLink(next, root);
    assertFalse(checkpoints.commitPending("a1"));
    assertTrue(Files.exists(secret));
    assertInstanceOf(CheckpointVerdict.Missing.class, checkpoints.verify("a1"));
  }
}
