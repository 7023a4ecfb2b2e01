package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellArchive;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.Priority;
import org.lazaruspit.cell.Role;
import org.lazaruspit.cell.SharedKeys;
import org.lazaruspit.cell.TaskSpec;
import org.lazaruspit.examples.pit.text.ErrorReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lazarus-pit cell ...}: mission cells; needs no daemon. */
@Command(
    name = "cell",
    mixinStandardHelpOptions = true,
    description = "Create, fill, show, validate, back up and restore mission cells.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "No command needs a daemon. A running daemon sees each change at once.",
      "",
      "Examples:",
      "  lazarus-pit cell create --name \"Sort the archive\"",
      "  lazarus-pit cell validate /var/missions"
    },
    subcommands = {
      CreateCell.class,
      CellCommand.AddAgent.class,
      CellCommand.AddTask.class,
      CellCommand.Show.class,
      CellCommand.Validate.class,
      CellCommand.Backup.class,
      CellCommand.Restore.class
    })
public final class CellCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec own = Objects.requireNonNull(spec, "run by picocli");
    throw new ParameterException(own.commandLine(), "a command is missing");
  }

  /** Base of these commands. */
  abstract static class OfCells implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    final Console console() {
      return Console.of(Objects.requireNonNull(spec, "run by picocli"));
    }
  }

  /** {@code cell add-agent}. */
  @Command(
      name = "add-agent",
      mixinStandardHelpOptions = true,
      description = "Add an agent to a cell.",
      footer = {
        "",
        "Example:",
        "  lazarus-pit cell add-agent CELL --id writer --name Ann --role write --gateway gateway_1"
      })
  static final class AddAgent extends OfCells {

    @Parameters(paramLabel = "CELL", description = "The cell's directory.")
    private Path cell = Path.of("");

    @Option(names = "--id", required = true, description = "The agent's id.")
    private String id = "";

    @Option(names = "--name", required = true, description = "The agent's name.")
    private String name = "";

    @Option(names = "--role", required = true, description = "lead, write, read or audit.")
    private Role role = Role.READ;

    @Option(names = "--gateway", description = "The name of its gateway.")
    private @Nullable String gateway;

    @Option(names = "--launcher", description = "The launcher that starts it (default: default).")
    private @Nullable String launcher;

    @Option(
        names = "--capability",
        description = "A capability of the agent; may be given several times.")
    private List<String> capabilities = List.of();

    @Override
    public Integer call() throws IOException {
      Path directory = CellFolder.existingCell(cell);
      CellEditor.of(directory)
          .addAgent(
              AgentSpec.of(id, name, role)
                  .withCapabilities(capabilities)
                  .withGateway(gateway)
                  .withLauncher(launcher));
      console().line("added agent %s", id);
      Optional<MissionCell> changed = CellFolder.load(directory).cell();
      if (changed.isPresent() && directory.getParent() != null) {
        CellFolder.warnOfSharedKeys(directory.getParent(), changed.get().id(), console());
      }
      return 0;
    }
  }

  /** {@code cell add-task}. */
  @Command(
      name = "add-task",
      mixinStandardHelpOptions = true,
      description = "Add a task to a cell.",
      footer = {
        "",
        "Example:",
        "  lazarus-pit cell add-task CELL --id sort --title \"Sort it\" --assign writer --depends read"
      })
  static final class AddTask extends OfCells {

    @Parameters(paramLabel = "CELL", description = "The cell's directory.")
    private Path cell = Path.of("");

    @Option(names = "--id", required = true, description = "The task's id.")
    private String id = "";

    @Option(names = "--title", required = true, description = "The title of the task.")
    private String title = "";

    @Option(
        names = "--assign",
        paramLabel = "AGENT",
        description = "The agent that works on the task.")
    private @Nullable String assignee;

    @Option(
        names = "--depends",
        paramLabel = "TASK",
        description = "A task that must be completed before; may be given several times.")
    private List<String> dependencies = List.of();

    @Option(
        names = "--priority",
        defaultValue = "medium",
        description = "high, medium or low (default: ${DEFAULT-VALUE}).")
    private Priority priority = Priority.MEDIUM;

    @Override
    public Integer call() throws IOException {
      CellEditor.of(CellFolder.existingCell(cell))
          .addTask(
              TaskSpec.of(id, title, Instant.now())
                  .withAssignedTo(assignee)
                  .withDependencies(dependencies)
                  .withPriority(priority));
      console().line("added task %s", id);
      return 0;
    }
  }

  /** {@code cell show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show a cell: its mission, its agents and its tasks.",
      footer = {
        "",
        "Problems go to standard error; the rest is shown all the same.",
        "",
        "Examples:",
        "  lazarus-pit cell show /var/missions/4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10",
        "  lazarus-pit cell show . --json | jq '.tasks[] | select(.status == \"pending\")'"
      })
  static final class Show extends OfCells {

    @Parameters(paramLabel = "CELL", description = "The cell's directory.")
    private Path cell = Path.of("");

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      CellLoad load = CellFolder.load(CellFolder.existingCell(cell));
      Console console = console();
      if (json) {
        console.json(CellView.json(load));
      } else {
        load.problems().forEach(problem -> console.error(problem.message()));
        load.cell().ifPresent(found -> CellView.write(console, found));
      }
      return load.cell().isPresent() ? 0 : ErrorReport.NO;
    }
  }

  /** {@code cell validate}. */
  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description = "Report every problem of a cell, or of all cells of a missions root.",
      footer = {
        "",
        "Exit status 1 means that a cell is invalid; warnings alone do not.",
        "",
        "Examples:",
        "  lazarus-pit cell validate /var/missions",
        "  lazarus-pit cell validate . --json | jq '.problems[].file'"
      })
  static final class Validate extends OfCells {

    @Parameters(paramLabel = "CELL_OR_ROOT", description = "A cell's directory or a root.")
    private Path directory = Path.of("");

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      Path where = CellFolder.existing(directory);
      List<CellLoad> loads =
          Files.exists(where.resolve("cell.json"))
              ? List.of(CellFolder.load(where))
              : SharedKeys.report(MissionStore.open(where).load());
      long invalid = loads.stream().filter(load -> !load.valid()).count();
      Console console = console();
      if (json) {
        console.json(CellView.problems(loads));
      } else {
        loads.forEach(load -> load.problems().forEach(it -> console.line("%s", it.message())));
        console.line("%d of %d cells valid", loads.size() - invalid, loads.size());
      }
      return invalid == 0 ? 0 : ErrorReport.NO;
    }
  }

  /** {@code cell backup}. */
  @Command(
      name = "backup",
      mixinStandardHelpOptions = true,
      description = "Write a cell into a new zip file, while no editor changes it.",
      footer = {
        "",
        "Links and special files are left out, and listed on standard error.",
        "",
        "Example:",
        "  lazarus-pit cell backup CELL \"archive-$(date +%%F).zip\""
      })
  static final class Backup extends OfCells {

    @Parameters(index = "0", paramLabel = "CELL", description = "The cell's directory.")
    private Path cell = Path.of("");

    @Parameters(index = "1", paramLabel = "FILE.zip", description = "The file to make.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
      Path from = CellFolder.existingCell(cell);
      Path to = file.toAbsolutePath().normalize();
      List<String> leftOut = CellArchive.backup(from, to);
      leftOut.forEach(name -> console().error("left out: " + name));
      console().line("%s", to);
      return 0;
    }
  }

  /** {@code cell restore}. */
  @Command(
      name = "restore",
      mixinStandardHelpOptions = true,
      description = "Make a cell from a backup; prints its directory.",
      footer = {
        "",
        "The cell keeps its id, so no cell with this id may exist.",
        "",
        "Example:",
        "  lazarus-pit cell restore archive-2026-01-31.zip --root /var/missions"
      })
  static final class Restore extends OfCells {

    @Parameters(paramLabel = "FILE.zip", description = "The backup.")
    private Path file = Path.of("");

    @Option(
        names = "--root",
        paramLabel = "DIR",
        required = true,
        description = "The missions root to put it in.")
    private Path root = Path.of("");

    @Override
    public Integer call() throws IOException {
      MissionCell cell = CellArchive.restore(file, CellFolder.existing(root));
      console().line("%s", cell.directory());
      return 0;
    }
  }
}
