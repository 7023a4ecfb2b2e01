package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellLimits;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CheckpointContent;
import org.lazaruspit.cell.CheckpointRef;
import org.lazaruspit.cell.Checkpoints;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.examples.pit.text.Json;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code lazarus-pit checkpoint ...}: checkpoints of agents; needs no daemon. */
@Command(
    name = "checkpoint",
    mixinStandardHelpOptions = true,
    description = "Save the checkpoint of an agent.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Needs no daemon. Agents in any language can call it.",
      "",
      "Example:",
      "  lazarus-pit checkpoint save \"$LAZARUS_CELL\" writer --state s.json --context c.json"
    },
    subcommands = CheckpointCommand.Save.class)
public final class CheckpointCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec own = Objects.requireNonNull(spec, "run by picocli");
    throw new CommandLine.ParameterException(own.commandLine(), "a command is missing");
  }

  /** {@code checkpoint save}. */
  @Command(
      name = "save",
      mixinStandardHelpOptions = true,
      description = "Save a checkpoint, whole or not at all; prints its hash.",
      footer = {
        "",
        "Refused for an old incarnation: an agent with a successor cannot save any more.",
        "",
        "Examples:",
        "  lazarus-pit checkpoint save \"$LAZARUS_CELL\" writer --state s.json --context c.json",
        "  lazarus-pit checkpoint save . writer --state s.json --context c.json --artifact draft.md"
      })
  static final class Save implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "CELL", description = "The cell's directory.")
    private Path cell = Path.of("");

    @Parameters(index = "1", paramLabel = "AGENT", description = "The agent's id.")
    private String agent = "";

    @Option(
        names = "--state",
        paramLabel = "FILE",
        required = true,
        description = "The agent's own state, JSON.")
    private Path state = Path.of("");

    @Option(
        names = "--context",
        paramLabel = "FILE",
        required = true,
        description = "The context to continue its work with, JSON.")
    private Path context = Path.of("");

    @Option(
        names = "--artifact",
        paramLabel = "FILE",
        description =
            "A file to keep with the checkpoint, under its own name; may be given several times.")
    private List<Path> artifacts = List.of();

    @Option(
        names = "--incarnation",
        paramLabel = "N",
        defaultValue = "${env:LAZARUS_INCARNATION}",
        description =
            "The incarnation that saves (default: LAZARUS_INCARNATION, which the pit sets for its"
                + " agents; else the incarnation in the agent's file).")
    private @Nullable Long incarnation;

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      requireRange();
      Path directory = CellFolder.existingCell(cell);
      CheckpointContent content = CheckpointContent.of(document(state), document(context));
      for (Path artifact : artifacts) {
        Path file = regular(artifact);
        content = content.withArtifact(Objects.requireNonNull(file.getFileName()).toString(), file);
      }
      long mine = incarnation == null ? written(directory) : incarnation;
      CheckpointRef saved = Checkpoints.of(directory).save(agent, mine, content);
      print(saved);
      return 0;
    }

    private void requireRange() {
      try {
        Incarnation.require(incarnation == null ? 0 : incarnation);
      } catch (IllegalArgumentException e) {
        CommandSpec own = Objects.requireNonNull(spec, "run by picocli");
        throw new CommandLine.ParameterException(own.commandLine(), "--" + e.getMessage());
      }
    }

    private void print(CheckpointRef saved) {
      Console console = Console.of(Objects.requireNonNull(spec, "run by picocli"));
      if (json) {
        ObjectNode answer = Json.object();
        answer.put("agent_id", agent);
        answer.put("last_checkpoint", saved.lastCheckpoint().toString());
        answer.put("context_hash", saved.contextHash());
        ArrayNode names = answer.putArray("artifacts");
        saved.artifacts().forEach(names::add);
        console.json(answer);
      } else {
        console.line("saved checkpoint %s of agent %s", saved.contextHash(), agent);
      }
    }

    private long written(Path directory) throws IOException {
      CellLoad load = CellFolder.load(directory);
      AgentSpec spec =
          load.cell()
              .map(found -> found.agents().get(agent))
              .orElseThrow(
                  () ->
                      new IOException(
                          "%s: has no readable agent %s (see: lazarus-pit cell validate)"
                              .formatted(directory, agent)));
      return spec.incarnation();
    }

    private static byte[] document(Path file) throws IOException {
      long most = CellLimits.DEFAULTS.maxFileBytes();
      if (Files.size(regular(file)) > most) {
        throw new IOException(file + ": has over " + most + " bytes");
      }
      return Files.readAllBytes(file);
    }

    private static Path regular(Path file) throws IOException {
      if (!Files.exists(file)) {
        throw new NoSuchFileException(file.toString());
      }
      if (!Files.isRegularFile(file)) {
        throw new IOException(file + ": is not a file");
      }
      return file;
    }
  }
}
