package org.lazaruspit.examples.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CheckpointContent;
import org.lazaruspit.cell.Checkpoints;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.Role;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pit in a JVM of its own, with a cell on disk, one agent with a checkpoint per child, and the
 * {@code process} reviver. Without a gateway an agent counts as revived after one second and
 * occupies a place for concurrent revivals until then; therefore the limit of concurrent revivals
 * is raised.
 */
final class PitSupervisor extends ProcessSupervisor {

  private static final UUID CELL = UUID.fromString("4f0b7f4e-3f6b-4b6e-9d51-2f4c6f0d9a10");
  static final List<String> JVM_OPTIONS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m");

  private final MissionCell cell;

  PitSupervisor(String name, Path parent, ChildStarts starts) throws IOException {
    super(name, parent, starts);
    Path root = Files.createDirectories(folder.resolve("missions"));
    cell =
        MissionStore.open(root)
            .create(NewCell.builder("Benchmark").cellId(CELL).maxAgents(10_000).build());
  }

  @Override
  void add(String child, String command) throws IOException {
    script(child, "", command);
    CellEditor.of(cell.directory()).addAgent(AgentSpec.of(child, child, Role.WRITE));
    Checkpoints.of(cell.directory())
        .save(
            child,
            0,
            CheckpointContent.of(
                "{\"step\": 12}".getBytes(UTF_8), "{\"history\": []}".getBytes(UTF_8)));
  }

  @Override
  List<String> command() throws IOException {
    Path config = folder.resolve("config.json");
    Files.writeString(
        config,
        """
        {"missions_path": "%s", "state_directory": "%s",
         "launchers": {"default": {"command": ["%s/{agent_id}/run"]}},
         "limits": {"concurrent_revivals": 1000, "revivals_per_minute": 100000}}
        """
            .formatted(folder.resolve("missions"), folder.resolve("state"), folder.resolve("run")));
    return java(PitSupervisor.class, config.toString());
  }

  /** Returns the command of a JVM like this one that runs a class. */
  static List<String> java(Class<?> main, String argument) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        JVM_OPTIONS.get(0),
        JVM_OPTIONS.get(1),
        "-cp",
        System.getProperty("java.class.path"),
        main.getName(),
        argument);
  }

  /** Returns the journal of the cell. */
  Path journal() {
    return cell.directory().resolve("logs").resolve("revivals.jsonl");
  }

  /** Runs the pit in its JVM. */
  public static void main(String[] args) throws IOException, InterruptedException {
    ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))
        .setLevel(Level.INFO);
    LazarusPit pit = LazarusPit.builder(PitConfig.load(Path.of(args[0]))).build();
    pit.start();
    Thread.currentThread().join();
  }
}
