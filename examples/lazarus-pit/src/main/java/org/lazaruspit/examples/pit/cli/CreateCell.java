package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.examples.pit.proposal.Proposal;
import org.lazaruspit.examples.pit.proposal.ProposalFile;
import org.lazaruspit.examples.pit.proposal.ProposalProblem;
import org.lazaruspit.examples.pit.proposal.ProposalReader;
import org.lazaruspit.examples.pit.text.ErrorReport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lazarus-pit cell create}. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = "Create a mission cell, empty or from a proposal; prints its directory.",
    footer = {
      "",
      "Examples:",
      "  lazarus-pit cell create --name \"Sort the archive\" --root /var/missions",
      "  lazarus-pit cell create --from-proposal proposal.md --dry-run",
      "",
      "A proposal is the filled-in issue template mission-proposal.md.",
      "The cell keeps it as artifacts/docs/proposal.md."
    })
final class CreateCell implements Callable<Integer> {

  /** Place of the proposal in the cell. */
  private static final Path KEPT = Path.of("artifacts", "docs", "proposal.md");

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--name", description = "The mission's name (default: the proposal's).")
  private @Nullable String name;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      defaultValue = "/var/missions",
      description = "The missions root (default: ${DEFAULT-VALUE}).")
  private Path root = Path.of("/var/missions");

  @Option(names = "--id", paramLabel = "UUID", description = "The cell's id (default: random).")
  private @Nullable UUID id;

  @Option(
      names = "--from-proposal",
      paramLabel = "FILE",
      description = "A filled-in proposal to create the cell from.")
  private @Nullable Path proposal;

  @Option(
      names = "--dry-run",
      description = "With --from-proposal: show the cell, and create nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    if (proposal != null) {
      return fromProposal(proposal);
    }
    if (name == null) {
      throw wrongUse("Missing required option: '--name=<name>' (or '--from-proposal=FILE')");
    }
    if (dryRun) {
      throw wrongUse("--dry-run needs --from-proposal");
    }
    NewCell.Builder cell = NewCell.builder(name);
    MissionStore store = MissionStore.open(root);
    if (id != null) {
      store.requireFree(id);
      cell.cellId(id);
    }
    out().println(store.create(cell.build()).directory());
    return 0;
  }

  private int fromProposal(Path file) throws IOException {
    Instant now = Instant.now();
    String text = ProposalFile.read(file);
    ProposalReader.Reading reading = ProposalReader.read(text, now);
    reading.problems().forEach(problem -> console().error(problem.message(file.toString())));
    Optional<Proposal> wanted =
        reading.proposal().map(read -> name == null ? read : read.withMissionName(name));
    if (wanted.isEmpty()) {
      long errors = reading.problems().stream().filter(ProposalProblem::error).count();
      console().error("create: nothing was created, " + errors + " errors");
      return ErrorReport.NO;
    }
    if (dryRun) {
      wanted.get().describe().forEach(line -> console().line("%s", line));
      return 0;
    }
    MissionStore store = MissionStore.open(root);
    if (id != null) {
      store.requireFree(id);
    }
    MissionCell created = store.create(wanted.get().toCell(id, now));
    Path directory = created.directory();
    Files.write(
        directory.resolve(KEPT.toString()),
        text.getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE_NEW);
    out().println(directory);
    CellFolder.warnOfSharedKeys(root, created.id(), console());
    return 0;
  }

  private CommandLine.ParameterException wrongUse(String message) {
    return new CommandLine.ParameterException(commandLine(), message);
  }

  /** Escapes the texts of a proposal, which are not to be trusted. */
  private Console console() {
    return Console.of(commandLine().getCommandSpec());
  }

  private PrintWriter out() {
    return commandLine().getOut();
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return spec.commandLine();
  }
}
