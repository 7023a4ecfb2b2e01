package org.lazaruspit.examples.pit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.Priority;
import org.lazaruspit.cell.Role;
import org.lazaruspit.cell.TaskSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lazarus-pit cell ...}: mission cells, with no daemon needed. */
@Command(
    name = "cell",
    mixinStandardHelpOptions = true,
    description = "Create, fill, show and validate mission cells.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CreateCell.class,
      CellCommand.AddAgent.class,
      CellCommand.AddTask.class,
      CellCommand.Show.class,
      CellCommand.Validate.class
    })
final class CellCommand implements Runnable {

  @picocli.CommandLine.Spec private picocli.CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new picocli.CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }
  }

  /** Where results go. */
  private static PrintStream out() {
    return System.out;
  }

  /** {@code cell add-agent}. */
  @Command(
      name = "add-agent",
      mixinStandardHelpOptions = true,
      description = "Add an agent to a cell.")
  static final class AddAgent implements Callable<Integer> {

    @Parameters(paramLabel = "CELL", description = "The cell's directory.")
    private Path cell = Path.of("");

    @Option(names = "--id", required = true, description = "The agent's id.")
    private String id = "";

    @Option(names = "--name", required = true, description = "The agent's name.")
    private String name = "";

    @Option(names = "--role", required = true, description = "One of ${COMPLETION-CANDIDATES}.")
    private Role role = Role.READ;

    @Option(names = "--gateway", description = "The name of its gateway.")
    private @Nullable String gateway;

    @Option(names = "--launcher", description = "The launcher that starts it (default: default).")
    private @Nullable String launcher;

    @Option(names = "--capability", description = "What it can do; may be given several times.")
    private List<String> capabilities = List.of();

    @Override
    public Integer call() throws IOException {
      CellEditor.of(existing(cell))
          .addAgent(
              AgentSpec.of(id, name, role)
                  .withCapabilities(capabilities)
                  .withGateway(gateway)
                  .withLauncher(launcher));
      out().println("added agent " + id);
      return 0;
    }
  }

  /** {@code cell add-task}. */
  @Command(
      name = "add-task",
      mixinStandardHelpOptions = true,
      description = "Add a task to a cell.")
  static final class AddTask implements Callable<Integer> {

    @Parameters(paramLabel = "CELL", description = "The cell's directory.")
    private Path cell = Path.of("");

    @Option(names = "--id", required = true, description = "The task's id.")
    private String id = "";

    @Option(names = "--title", required = true, description = "What is to be done.")
    private String title = "";

    @Option(names = "--assign", paramLabel = "AGENT", description = "The agent that does it.")
    private @Nullable String assignee;

    @Option(
        names = "--depends",
        paramLabel = "TASK",
        description = "A task that must be completed before; may be given several times.")
    private List<String> dependencies = List.of();

    @Option(
        names = "--priority",
        defaultValue = "medium",
        description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Priority priority = Priority.MEDIUM;

    @Override
    public Integer call() throws IOException {
      CellEditor.of(existing(cell))
          .addTask(
              TaskSpec.of(id, title, Instant.now())
                  .withAssignedTo(assignee)
                  .withDependencies(dependencies)
                  .withPriority(priority));
      out().println("added task " + id);
      return 0;
    }
  }

  /** {@code cell show}. */
  @Command(name = "show", mixinStandardHelpOptions = true, description = "Show a cell.")
  static final class Show implements Callable<Integer> {

    @Parameters(paramLabel = "CELL", description = "The cell's directory.")
    private Path cell = Path.of("");

    @Override
    public Integer call() throws IOException {
      CellLoad load = load(existing(cell));
      load.problems().forEach(System.err::println);
      load.cell().ifPresent(Show::print);
      return load.cell().isPresent() ? 0 : Complaint.NO;
    }

    private static void print(MissionCell cell) {
      out().printf("%s  %s%n", cell.id(), cell.config().missionName());
      out().printf("status %s%n", cell.config().status().wireName());
      for (AgentSpec agent : cell.agents().values()) {
        out()
            .printf(
                "agent  %-20s %-6s %-7s incarnation %d%n",
                agent.agentId(),
                agent.role().wireName(),
                agent.status().wireName(),
                agent.incarnation());
      }
      for (TaskSpec task : cell.tasks().values()) {
        out()
            .printf(
                "task   %-20s %-6s %-11s %s%n",
                task.taskId(), task.priority().wireName(), task.status().wireName(), task.title());
      }
    }
  }

  /** {@code cell validate}. */
  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description = "Report every problem of a cell, or of all cells of a missions root.")
  static final class Validate implements Callable<Integer> {

    @Parameters(paramLabel = "CELL_OR_ROOT", description = "A cell's directory or a root.")
    private Path directory = Path.of("");

    @Override
    public Integer call() throws IOException {
      Path where = existing(directory);
      List<CellLoad> loads =
          Files.exists(where.resolve("cell.json"))
              ? List.of(load(where))
              : MissionStore.open(where).load();
      loads.forEach(load -> load.problems().forEach(out()::println));
      long invalid = loads.stream().filter(load -> !load.valid()).count();
      out().printf("%d of %d cells valid%n", loads.size() - invalid, loads.size());
      return invalid == 0 ? 0 : Complaint.NO;
    }
  }

  private static Path existing(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory + ": is not a directory");
    }
    return directory.toAbsolutePath().normalize();
  }

  private static CellLoad load(Path cell) throws IOException {
    return MissionStore.open(java.util.Objects.requireNonNull(cell.getParent())).load(cell);
  }
}
