package org.lazaruspit.cell;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.lazaruspit.cell.internal.files.AtomicFiles;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.CellLock;
import org.lazaruspit.cell.internal.json.CellCodecs;
import org.lazaruspit.cell.internal.json.DocumentCodec;
import org.lazaruspit.cell.internal.json.JsonText;
import org.lazaruspit.cell.internal.scan.CellScanner;

/**
 * Creates a cell's directory atomically: builds it in a temporary directory, checks it with the
 * code that loads cells, forces it to the disk and renames it.
 */
final class CellCreation {
  private final Path root;
  private final CellScanner scanner;

  CellCreation(Path root, CellScanner scanner) {
    this.root = root;
    this.scanner = scanner;
  }

  MissionCell create(NewCell spec) throws IOException {
    requireNothing(root.resolve(spec.config().cellId().toString()));
    return place(directory -> fill(new CellLayout(directory), spec), CellCreation::requireValid);
  }

  MissionCell restore(Filling filling) throws IOException {
    return place(filling, CellCreation::requireReadable);
  }

  /** Fills the directory that will become the cell. */
  interface Filling {
    void fill(Path directory) throws IOException;
  }

  /** Checks the new cell before it becomes visible. */
  private interface Check {
    void check(CellLoad load) throws CellRuleException;
  }

  private MissionCell place(Filling filling, Check check) throws IOException {
    Path target;
    try (CellLock lock = CellLock.acquire(root)) {
      lock.requireHeld();
      Path temporaryDirectory = new CellLayout(root).temporary();
      AtomicFiles.ensureDirectory(temporaryDirectory);
      Path temporary = temporaryDirectory.resolve(UUID.randomUUID().toString());
      try {
        Files.createDirectory(temporary);
        filling.fill(temporary);
        target = checked(temporary, check);
        AtomicFiles.syncTree(temporary);
        requireNothing(target);
        AtomicFiles.move(temporary, target);
      } catch (IOException | RuntimeException e) {
        AtomicFiles.deleteQuietly(temporary, e);
        throw e;
      }
      AtomicFiles.sync(root);
    }
    return scanner
        .scan(target)
        .load()
        .cell()
        .orElseThrow(() -> new IOException(target + " was changed during its creation"));
  }

  /** Returns the place of the new cell. */
  private Path checked(Path temporary, Check check) throws CellRuleException {
    CellLoad load = scanner.scan(temporary).load();
    Path target =
        load.cell().map(cell -> root.resolve(cell.id().toString())).orElse(root.resolve("?"));
    List<CellProblem> moved =
        load.problems().stream().map(problem -> moved(problem, temporary, target)).toList();
    check.check(new CellLoad(target, load.cell(), moved));
    return target;
  }

  private static CellProblem moved(CellProblem problem, Path from, Path to) {
    return new CellProblem(
        problem.severity(),
        to.resolve(from.relativize(problem.file()).toString()),
        problem.pointer(),
        problem.line(),
        problem.column(),
        problem.found(),
        problem.expected());
  }

  private static void requireValid(CellLoad load) throws CellRuleException {
    if (!load.valid()) {
      throw new CellRuleException(load.errors());
    }
  }

  private static void requireReadable(CellLoad load) throws CellRuleException {
    if (load.cell().isEmpty()) {
      throw new CellRuleException(load.errors());
    }
  }

  private static void requireNothing(Path target) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
  }

  private static void fill(CellLayout layout, NewCell spec) throws IOException {
    for (String directory : CellLayout.DIRECTORIES) {
      Files.createDirectory(layout.directory().resolve(directory));
    }
    write(layout.cellFile(), CellCodecs.CONFIG, spec.config());
    for (AgentSpec agent : spec.agents()) {
      write(layout.agent(agent.agentId()), CellCodecs.AGENT, agent);
      Files.createDirectory(layout.checkpoint(agent.agentId()));
    }
    for (TaskSpec task : spec.tasks()) {
      write(layout.task(task.taskId()), CellCodecs.TASK, task);
    }
    if (!spec.isolation().equals(IsolationSpec.ABSENT)) {
      write(layout.config(CellLayout.ISOLATION_FILE), CellCodecs.ISOLATION, spec.isolation());
    }
    if (!spec.policies().equals(RevivalPolicies.ABSENT)) {
      write(layout.config(CellLayout.POLICIES_FILE), CellCodecs.POLICIES, spec.policies());
    }
    if (!spec.permissions().equals(Permissions.ABSENT)) {
      write(layout.config(CellLayout.PERMISSIONS_FILE), CellCodecs.PERMISSIONS, spec.permissions());
    }
  }

  private static <T> void write(Path file, DocumentCodec<T> codec, T content) throws IOException {
    AtomicFiles.write(file, JsonText.bytes(codec.encode().apply(content)));
  }
}
