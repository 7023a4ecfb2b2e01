package org.lazaruspit.examples.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.lazaruspit.examples.pit.service.Daemon;
import org.lazaruspit.pit.PitConfig;
import picocli.CommandLine;

/** A missions root and a configuration, with the command line in this JVM. */
public final class SmallFleet {

  /** Result of a command. */
  public record Outcome(int status, String out, String err) {}

  /**
   * Shared, since its creation takes longer than most commands; keeps no state between commands.
   */
  private static final CommandLine COMMANDS = Main.commandLine();

  private final Path folder;
  private final Path config;

  public SmallFleet(Path folder) throws IOException {
    this(folder, "");
  }

  /**
   * Creates a fleet without agents.
   *
   * @param more further fields of the configuration, each with a comma before it
   */
  public SmallFleet(Path folder, String more) throws IOException {
    this.folder = folder;
    this.config = folder.resolve("config.json");
    Files.createDirectories(root());
    Files.writeString(config, "{\"missions_path\": \"%s\"%s}".formatted(root(), more));
  }

  public Path root() {
    return folder.resolve("root");
  }

  public Path config() {
    return config;
  }

  public Path state() {
    return folder;
  }

  public Daemon start() throws IOException {
    return Daemon.start(() -> PitConfig.load(config), false, () -> {});
  }

  /** Returns the first processes of agents: they work in a cell. */
  public List<ProcessHandle> agents() throws IOException {
    Path cells = root().toRealPath();
    List<ProcessHandle> agents = new ArrayList<>();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      if (workingDirectory(process.pid()).startsWith(cells)) {
        agents.add(process);
      }
    }
    return agents;
  }

  /** Returns "/" for a process that has ended, or is of another user. */
  private static Path workingDirectory(long pid) throws IOException {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd"));
    } catch (NoSuchFileException | AccessDeniedException e) {
      return Path.of("/");
    }
  }

  /** Kills all agents, and waits for their ends. */
  public void killAgents() throws IOException {
    for (ProcessHandle agent : agents()) {
      agent.destroyForcibly();
      agent.onExit().join();
    }
  }

  /** Runs a command that takes {@code --config}. */
  public Outcome ask(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--config");
    all.add(config.toString());
    return run(all.toArray(String[]::new));
  }

  /** Creates a cell. */
  public Path cell(UUID id) {
    assertDone(run("cell", "create", "--name", "M", "--root", root().toString(), "--id", id + ""));
    return root().resolve(id.toString());
  }

  /** Adds an agent without a gateway. */
  public static void agent(Path cell, String id) {
    assertDone(
        run("cell", "add-agent", cell.toString(), "--id", id, "--name", id, "--role", "read"));
  }

  private static void assertDone(Outcome outcome) {
    assertEquals(0, outcome.status(), outcome::toString);
  }

  /** Runs any command. */
  public static Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        COMMANDS.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    return new Outcome(status, out.toString(), err.toString());
  }
}
