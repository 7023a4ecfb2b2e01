package org.lazaruspit.cell;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.checkpoint.CheckpointFolder;
import org.lazaruspit.cell.internal.checkpoint.CheckpointFolder.BadCheckpoint;
import org.lazaruspit.cell.internal.checkpoint.CheckpointGenerations;
import org.lazaruspit.cell.internal.checkpoint.CheckpointGenerations.Generation;
import org.lazaruspit.cell.internal.files.AtomicFiles;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.CellLock;
import org.lazaruspit.cell.internal.json.CellCodecs;
import org.lazaruspit.cell.internal.json.Identifiers;
import org.lazaruspit.cell.internal.json.Instants;
import org.lazaruspit.cell.internal.scan.CellScanner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves and verifies the checkpoints of one cell's agents. A checkpoint is saved whole or not at
 * all: after an interrupted save the old checkpoint or the new one is restored, never a mix. A
 * replaced incarnation cannot save. The generation before the newest is kept. Thread-safe, among
 * processes too.
 *
 * <p>The steps of a save, each durable before the next: write a marker with the number of the
 * generation; write the generation into {@code .lazarus/}; write its commit record into the agent's
 * file, which commits it; copy it to {@code checkpoints/<agent_id>/}; remove the generations before
 * the previous; remove the marker. The next access finishes or undoes an interrupted save.
 */
public final class Checkpoints {
  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
  private static final String NEXT = "next";

  private final CellLayout layout;
  private final CellScanner scanner;
  private final CellFiles files;
  private final InstantSource clock;

  private Checkpoints(Path directory, CellLimits limits, InstantSource clock) {
    this.layout = new CellLayout(directory);
    this.scanner = new CellScanner(limits, clock);
    this.files = new CellFiles(layout, scanner);
    this.clock = clock;
  }

  /**
   * Returns the checkpoints of one cell.
   *
   * @param cellDirectory the cell's directory
   * @return its checkpoints
   */
  public static Checkpoints of(Path cellDirectory) {
    return of(cellDirectory, CellLimits.DEFAULTS, InstantSource.system());
  }

  static Checkpoints of(Path cellDirectory, CellLimits limits, InstantSource clock) {
    return new Checkpoints(cellDirectory, limits, clock);
  }

  /**
   * Saves a checkpoint; a pending checkpoint is committed first. When this returns, the checkpoint
   * is durable.
   *
   * @param agentId the agent
   * @param incarnation the incarnation that saves, 0 to {@link Incarnation#MAX}
   * @param content the content to save
   * @return the commit record in the agent's file
   * @throws IllegalArgumentException if the incarnation is outside of the range
   * @throws StaleIncarnationException if a newer incarnation has taken over or has saved
   * @throws NoSuchFileException if the agent does not exist
   * @throws CellRuleException if the agent's file is invalid
   * @throws IOException if it cannot be written, or state or context are not JSON; then the old
   *     checkpoint stays
   */
  public CheckpointRef save(String agentId, long incarnation, CheckpointContent content)
      throws IOException {
    Incarnation.require(incarnation);
    CheckpointGenerations generations = generations(agentId);
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      generations.prepare();
      recover(agentId, generations);
      takePending(agentId, generations);
      requireNotStale(agentId, incarnation, generations);
      return commit(agentId, generations, incarnation, source(content)).ref();
    }
  }

  private static CheckpointGenerations.Source source(CheckpointContent content) {
    return visitor -> {
      visitor.visit(CheckpointFolder.STATE, content.state());
      visitor.visit(CheckpointFolder.CONTEXT, content.context());
      for (var artifact : content.artifacts().entrySet()) {
        try (var bytes = artifact.getValue().open()) {
          visitor.visit(CheckpointFolder.ARTIFACTS + "/" + artifact.getKey(), bytes);
        }
      }
    };
  }

  private void requireNotStale(String agentId, long incarnation, CheckpointGenerations generations)
      throws IOException {
    long newest = agent(agentId).incarnation();
    for (Generation generation : generations.newestFirst()) {
      newest = Math.max(newest, generation.manifest().incarnation());
    }
    if (incarnation < newest) {
      throw new StaleIncarnationException(agentId, incarnation, newest);
    }
  }

  private Generation commit(
      String agentId,
      CheckpointGenerations generations,
      long incarnation,
      CheckpointGenerations.Source source)
      throws IOException {
    List<Generation> stored = generations.newestFirst();
    long number = stored.isEmpty() ? 1 : stored.get(0).manifest().generation() + 1;
    generations.begin(number);
    try {
      Generation generation =
          generations.write(number, incarnation, later(agent(agentId).checkpoint()), source);
      files.update(
          layout.agent(agentId),
          agentId,
          CellCodecs.AGENT,
          agent -> agent.withCheckpoint(generation.ref()));
      finish(generations, generation);
      return generation;
    } catch (BadCheckpoint e) {
      recover(agentId, generations);
      throw e;
    }
  }

  /**
   * Returns an instant after the last checkpoint's: a commit record must identify one generation.
   * After the last instant that a file can have, returns the present.
   */
  private Instant later(@Nullable CheckpointRef before) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    if (before == null || before.lastCheckpoint().isBefore(now)) {
      return now;
    }
    Instant next = before.lastCheckpoint().truncatedTo(ChronoUnit.MILLIS).plusMillis(1);
    return Instants.isWritable(next) ? next : now;
  }

  private static void finish(CheckpointGenerations generations, Generation generation)
      throws IOException {
    generations.publish(generation);
    generations.prune();
    generations.remove(generations.claimed());
    generations.end();
  }

  /** Finishes a save that was interrupted after its commit, and undoes any other. */
  private void recover(String agentId, CheckpointGenerations generations) throws IOException {
    Long begun = generations.begun();
    if (begun == null) {
      return;
    }
    CheckpointRef record = agent(agentId).checkpoint();
    for (Generation generation : generations.newestFirst()) {
      if (generation.manifest().generation() == begun && generation.ref().equals(record)) {
        finish(generations, generation);
        return;
      }
    }
    generations.discard(begun);
    generations.end();
  }

  /**
   * Commits the pending checkpoint at {@code checkpoints/<agent_id>/next/}, if present. It must
   * hold {@code state.json} and {@code context.json}, both JSON, and may hold {@code artifacts/}.
   * An invalid one is set aside and reported by {@link #refused}, and the old checkpoint stays.
   *
   * @param agentId the agent
   * @return whether a checkpoint was committed
   * @throws NoSuchFileException if the agent does not exist
   * @throws IOException if it cannot be written
   */
  public boolean commitPending(String agentId) throws IOException {
    CheckpointGenerations generations = generations(agentId);
    if (!exists(next(agentId)) && !exists(generations.claimed())) {
      return false;
    }
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      generations.prepare();
      recover(agentId, generations);
      return takePending(agentId, generations);
    }
  }

  private Path next(String agentId) {
    return layout.checkpoint(agentId).resolve(NEXT);
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private boolean takePending(String agentId, CheckpointGenerations generations)
      throws IOException {
    boolean committed = exists(generations.claimed()) && takeClaimed(agentId, generations);
    return (claim(agentId, generations) && takeClaimed(agentId, generations)) || committed;
  }

  /** Takes the pending checkpoint in one rename; the agent may withdraw it at the same time. */
  private boolean claim(String agentId, CheckpointGenerations generations) throws IOException {
    try {
      AtomicFiles.requireDirectory(layout.checkpoint(agentId));
      AtomicFiles.move(next(agentId), generations.claimed());
      AtomicFiles.sync(layout.checkpoint(agentId));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private boolean takeClaimed(String agentId, CheckpointGenerations generations)
      throws IOException {
    try {
      commit(
          agentId,
          generations,
          newestIncarnation(agentId, generations),
          visitor -> CheckpointFolder.visit(generations.claimed(), scanner.limits(), visitor));
      return true;
    } catch (BadCheckpoint e) {
      log.warn(
          "{}: agent {}: checkpoint refused: {}; the old checkpoint stays",
          layout.directory(),
          agentId,
          e.reason());
      generations.remove(generations.refused());
      AtomicFiles.replace(
          generations.refusal(), e.reason().getBytes(StandardCharsets.UTF_8), layout.temporary());
      AtomicFiles.move(generations.claimed(), generations.refused());
      return false;
    }
  }

  private long newestIncarnation(String agentId, CheckpointGenerations generations)
      throws IOException {
    List<Generation> stored = generations.newestFirst();
    long saved = stored.isEmpty() ? 0 : stored.get(0).manifest().incarnation();
    return Math.max(saved, agent(agentId).incarnation());
  }

  /**
   * Returns why the last invalid pending checkpoint was refused. It is kept at {@code
   * .lazarus/checkpoints/<agent_id>/refused}.
   *
   * @param agentId the agent
   * @return the reason, or empty if no checkpoint was refused
   * @throws IOException if it cannot be read
   */
  public Optional<String> refused(String agentId) throws IOException {
    Path file = generations(agentId).refusal();
    return exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
  }

  /**
   * Verifies that an agent's checkpoint is the committed one. An interrupted save is finished or
   * undone first, if the cell is writable.
   *
   * @param agentId the agent
   * @return the verdict, with the folder to restore from if valid
   * @throws NoSuchFileException if the agent does not exist
   * @throws CellRuleException if the agent's file is invalid
   * @throws IOException if it cannot be read
   */
  public CheckpointVerdict verify(String agentId) throws IOException {
    CheckpointGenerations generations = generations(agentId);
    if (generations.begun() != null) {
      finishInterrupted(agentId, generations);
    }
    while (true) {
      CheckpointRef record = agent(agentId).checkpoint();
      CheckpointVerdict verdict =
          record == null ? new CheckpointVerdict.Missing() : verdict(agentId, record, generations);
      boolean settled = Objects.equals(record, agent(agentId).checkpoint());
      if (verdict instanceof CheckpointVerdict.Valid || settled) {
        return verdict;
      }
    }
  }

  private void finishInterrupted(String agentId, CheckpointGenerations generations)
      throws IOException {
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      recover(agentId, generations);
    } catch (IOException e) {
      log.debug(
          "{}: agent {}: cannot finish the interrupted checkpoint", layout.directory(), agentId, e);
    }
  }

  private CheckpointVerdict verdict(
      String agentId, CheckpointRef record, CheckpointGenerations generations) throws IOException {
    Path visible = layout.checkpoint(agentId);
    for (Generation generation : generations.newestFirst()) {
      if (generation.ref().equals(record)) {
        if (generations.matches(visible, generation)) {
          return valid(record, visible, generation.manifest().hashes());
        }
        return generations.matches(generation.folder(), generation)
            ? valid(record, generation.folder(), generation.manifest().hashes())
            : new CheckpointVerdict.Invalid("files were changed after the commit");
      }
    }
    return inPlace(visible, record);
  }

  private static CheckpointVerdict.Valid valid(
      CheckpointRef ref, Path folder, SortedMap<String, String> hashes) {
    return new CheckpointVerdict.Valid(ref, folder, CheckpointFolder.identity(hashes));
  }

  /** Verifies a checkpoint that the agent wrote and committed without this library. */
  private CheckpointVerdict inPlace(Path visible, CheckpointRef record) throws IOException {
    try {
      var hashes = CheckpointFolder.hashes(visible, scanner.limits());
      if (!record.contextHash().equals(hashes.get(CheckpointFolder.CONTEXT))) {
        return new CheckpointVerdict.Invalid(
            "context.json has SHA-256 "
                + hashes.get(CheckpointFolder.CONTEXT)
                + ", the commit record has "
                + record.contextHash());
      }
      for (String artifact : record.artifacts()) {
        if (!hashes.containsKey(CheckpointFolder.ARTIFACTS + "/" + artifact)) {
          return new CheckpointVerdict.Invalid("artifact " + artifact + " is missing");
        }
      }
      return valid(record, visible, hashes);
    } catch (BadCheckpoint e) {
      return new CheckpointVerdict.Invalid(e.reason());
    }
  }

  /**
   * Returns the newest valid checkpoint before the committed one, as a fallback if that is invalid
   * or leads to another crash.
   *
   * @param agentId the agent
   * @return the previous generation, or empty if there is no valid one
   * @throws NoSuchFileException if the agent does not exist
   * @throws IOException if it cannot be read
   */
  public Optional<CheckpointVerdict.Valid> previous(String agentId) throws IOException {
    CheckpointGenerations generations = generations(agentId);
    Long begun = generations.begun();
    CheckpointRef record = agent(agentId).checkpoint();
    for (Generation generation : generations.newestFirst()) {
      boolean committed = begun == null || generation.manifest().generation() != begun;
      if (committed
          && !generation.ref().equals(record)
          && generations.matches(generation.folder(), generation)) {
        return Optional.of(
            valid(generation.ref(), generation.folder(), generation.manifest().hashes()));
      }
    }
    return Optional.empty();
  }

  private CheckpointGenerations generations(String agentId) {
    return new CheckpointGenerations(layout, Identifiers.require("agent_id", agentId), scanner);
  }

  private AgentSpec agent(String agentId) throws IOException {
    return files.load(layout.agent(agentId), agentId, CellCodecs.AGENT);
  }
}
