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
import org.lazaruspit.cell.internal.scan.CellScanner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one cell's agents. A checkpoint is saved whole or not at all: however a save
 * is interrupted, what is restored afterwards is the old one or the new one, never a mix. An
 * incarnation that was replaced cannot save any more, and the generation before the newest is kept.
 * Thread-safe, among processes too.
 *
 * <p>The steps of a save, each durable before the next: name the generation that is begun; write it
 * whole into {@code .lazarus/}; put its commit record into the agent's file, which is the moment it
 * counts; copy it to {@code checkpoints/<agent_id>/}; remove what is older than the one before;
 * forget that it was begun. Whoever comes next finishes or undoes what was interrupted.
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
   * The checkpoints of one cell.
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
   * Saves a checkpoint; a pending one is committed first. When this returns, it lasts.
   *
   * @param agentId the agent
   * @param incarnation the incarnation that saves
   * @param content what to save
   * @return the commit record, as it now stands in the agent's file
   * @throws StaleIncarnationException when a newer incarnation has taken over or has saved
   * @throws NoSuchFileException when the cell has no such agent
   * @throws CellRuleException when the agent's file is bad
   * @throws IOException when it cannot be written, or state or context are not JSON; then the old
   *     checkpoint stands
   */
  public CheckpointRef save(String agentId, long incarnation, CheckpointContent content)
      throws IOException {
    CheckpointGenerations vault = vault(agentId);
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      vault.prepare();
      recover(agentId, vault);
      takePending(agentId, vault);
      requireNotStale(agentId, incarnation, vault);
      return commit(agentId, vault, incarnation, source(content)).ref();
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

  private void requireNotStale(String agentId, long incarnation, CheckpointGenerations vault)
      throws IOException {
    long newest = agent(agentId).incarnation();
    for (Generation generation : vault.generations()) {
      newest = Math.max(newest, generation.manifest().incarnation());
    }
    if (incarnation < newest) {
      throw new StaleIncarnationException(agentId, incarnation, newest);
    }
  }

  private Generation commit(
      String agentId,
      CheckpointGenerations vault,
      long incarnation,
      CheckpointGenerations.Source source)
      throws IOException {
    List<Generation> generations = vault.generations();
    long number = generations.isEmpty() ? 1 : generations.get(0).manifest().generation() + 1;
    vault.begin(number);
    try {
      Generation generation =
          vault.write(number, incarnation, later(agent(agentId).checkpoint()), source);
      files.update(
          layout.agent(agentId),
          agentId,
          CellCodecs.AGENT,
          agent -> agent.withCheckpoint(generation.ref()));
      finish(vault, generation);
      return generation;
    } catch (BadCheckpoint e) {
      recover(agentId, vault);
      throw e;
    }
  }

  /** No two checkpoints of an agent have one instant, so the commit record names one generation. */
  private Instant later(@Nullable CheckpointRef before) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    if (before == null || before.lastCheckpoint().isBefore(now)) {
      return now;
    }
    return before.lastCheckpoint().truncatedTo(ChronoUnit.MILLIS).plusMillis(1);
  }

  private static void finish(CheckpointGenerations vault, Generation generation)
      throws IOException {
    vault.publish(generation);
    vault.prune();
    vault.remove(vault.claimed());
    vault.end();
  }

  /** Finishes a save that was interrupted after it counted, and undoes one that was not. */
  private void recover(String agentId, CheckpointGenerations vault) throws IOException {
    Long begun = vault.begun();
    if (begun == null) {
      return;
    }
    CheckpointRef record = agent(agentId).checkpoint();
    for (Generation generation : vault.generations()) {
      if (generation.manifest().generation() == begun && generation.ref().equals(record)) {
        finish(vault, generation);
        return;
      }
    }
    vault.discard(begun);
    vault.end();
  }

  /**
   * Commits what an agent has put at {@code checkpoints/<agent_id>/next/}, if there is something.
   * It must hold {@code state.json} and {@code context.json}, both JSON, and may hold {@code
   * artifacts/}. One that doesn't is set aside and reported, see {@link #refused}, and the old
   * checkpoint stands.
   *
   * @param agentId the agent
   * @return whether a checkpoint was committed
   * @throws NoSuchFileException when the cell has no such agent
   * @throws IOException when it cannot be written
   */
  public boolean commitPending(String agentId) throws IOException {
    CheckpointGenerations vault = vault(agentId);
    if (!exists(next(agentId)) && !exists(vault.claimed())) {
      return false;
    }
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      vault.prepare();
      recover(agentId, vault);
      return takePending(agentId, vault);
    }
  }

  private Path next(String agentId) {
    return layout.checkpoint(agentId).resolve(NEXT);
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private boolean takePending(String agentId, CheckpointGenerations vault) throws IOException {
    boolean committed = exists(vault.claimed()) && takeClaimed(agentId, vault);
    return (claim(agentId, vault) && takeClaimed(agentId, vault)) || committed;
  }

  /**
   * One rename: either we have it, or the agent has just taken it back to put a newer one there.
   */
  private boolean claim(String agentId, CheckpointGenerations vault) throws IOException {
    try {
      AtomicFiles.requireDirectory(layout.checkpoint(agentId));
      AtomicFiles.move(next(agentId), vault.claimed());
      AtomicFiles.sync(layout.checkpoint(agentId));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private boolean takeClaimed(String agentId, CheckpointGenerations vault) throws IOException {
    try {
      commit(
          agentId,
          vault,
          newestIncarnation(agentId, vault),
          visitor -> CheckpointFolder.visit(vault.claimed(), scanner.limits(), visitor));
      return true;
    } catch (BadCheckpoint e) {
      log.warn("Checkpoint of agent {} in {} refused: {}", agentId, layout.directory(), e.reason());
      vault.remove(vault.refused());
      AtomicFiles.replace(
          vault.refusal(), e.reason().getBytes(StandardCharsets.UTF_8), layout.temporary());
      AtomicFiles.move(vault.claimed(), vault.refused());
      return false;
    }
  }

  private long newestIncarnation(String agentId, CheckpointGenerations vault) throws IOException {
    List<Generation> generations = vault.generations();
    long saved = generations.isEmpty() ? 0 : generations.get(0).manifest().incarnation();
    return Math.max(saved, agent(agentId).incarnation());
  }

  /**
   * Why the last pending checkpoint that could not be committed was refused; it is kept at {@code
   * .lazarus/checkpoints/<agent_id>/refused}.
   *
   * @param agentId the agent
   * @return the reason, or empty where none was ever refused
   * @throws IOException when it cannot be read
   */
  public Optional<String> refused(String agentId) throws IOException {
    Path file = vault(agentId).refusal();
    return exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
  }

  /**
   * Whether an agent's checkpoint is what was committed. A save that was interrupted is finished or
   * undone first, where the cell can be written.
   *
   * @param agentId the agent
   * @return the verdict, with the folder to restore from where it is valid
   * @throws NoSuchFileException when the cell has no such agent
   * @throws CellRuleException when the agent's file is bad
   * @throws IOException when it cannot be read
   */
  public CheckpointVerdict verify(String agentId) throws IOException {
    CheckpointGenerations vault = vault(agentId);
    if (vault.begun() != null) {
      finishInterrupted(agentId, vault);
    }
    while (true) {
      CheckpointRef record = agent(agentId).checkpoint();
      CheckpointVerdict verdict =
          record == null ? new CheckpointVerdict.Missing() : verdict(agentId, record, vault);
      boolean settled = Objects.equals(record, agent(agentId).checkpoint());
      if (verdict instanceof CheckpointVerdict.Valid || settled) {
        return verdict;
      }
    }
  }

  private void finishInterrupted(String agentId, CheckpointGenerations vault) throws IOException {
    try (CellLock lock = CellLock.acquire(layout.directory())) {
      lock.requireHeld();
      recover(agentId, vault);
    } catch (IOException e) {
      log.debug("Cannot finish the checkpoint of {} in {}", agentId, layout.directory(), e);
    }
  }

  private CheckpointVerdict verdict(
      String agentId, CheckpointRef record, CheckpointGenerations vault) throws IOException {
    Path visible = layout.checkpoint(agentId);
    for (Generation generation : vault.generations()) {
      if (generation.ref().equals(record)) {
        if (vault.matches(visible, generation)) {
          return new CheckpointVerdict.Valid(record, visible);
        }
        return vault.matches(generation.folder(), generation)
            ? new CheckpointVerdict.Valid(record, generation.folder())
            : new CheckpointVerdict.Invalid("its files were changed after it was committed");
      }
    }
    return inPlace(visible, record);
  }

  /** A checkpoint that the agent wrote and committed by itself. */
  private CheckpointVerdict inPlace(Path visible, CheckpointRef record) throws IOException {
    try {
      var hashes = CheckpointFolder.hashes(visible, scanner.limits());
      if (!record.contextHash().equals(hashes.get(CheckpointFolder.CONTEXT))) {
        return new CheckpointVerdict.Invalid(
            "context.json has SHA-256 "
                + hashes.get(CheckpointFolder.CONTEXT)
                + ", committed was "
                + record.contextHash());
      }
      for (String artifact : record.artifacts()) {
        if (!hashes.containsKey(CheckpointFolder.ARTIFACTS + "/" + artifact)) {
          return new CheckpointVerdict.Invalid("there is no artifact " + artifact);
        }
      }
      return new CheckpointVerdict.Valid(record, visible);
    } catch (BadCheckpoint e) {
      return new CheckpointVerdict.Invalid(e.reason());
    }
  }

  /**
   * The newest good checkpoint before the committed one, for when that one doesn't verify or leads
   * to another crash.
   *
   * @param agentId the agent
   * @return the previous generation, or empty where there is none
   * @throws NoSuchFileException when the cell has no such agent
   * @throws IOException when it cannot be read
   */
  public Optional<CheckpointVerdict.Valid> previous(String agentId) throws IOException {
    CheckpointGenerations vault = vault(agentId);
    Long begun = vault.begun();
    CheckpointRef record = agent(agentId).checkpoint();
    for (Generation generation : vault.generations()) {
      boolean committed = begun == null || generation.manifest().generation() != begun;
      if (committed
          && !generation.ref().equals(record)
          && vault.matches(generation.folder(), generation)) {
        return Optional.of(new CheckpointVerdict.Valid(generation.ref(), generation.folder()));
      }
    }
    return Optional.empty();
  }

  private CheckpointGenerations vault(String agentId) {
    return new CheckpointGenerations(layout, Identifiers.require("agent_id", agentId), scanner);
  }

  private AgentSpec agent(String agentId) throws IOException {
    return files.load(layout.agent(agentId), agentId, CellCodecs.AGENT);
  }
}
