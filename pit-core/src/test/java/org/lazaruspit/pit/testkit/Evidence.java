package org.lazaruspit.pit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.pit.internal.isolation.Sandbox;
import org.lazaruspit.pit.internal.isolation.SandboxedAgent;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.internal.process.ProcessReviver;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Evidence of the end of agents, for whole pits. A group needs bubblewrap and control groups. */
public enum Evidence {
  GROUP(IsolationLevel.LEVEL_2, true, "its control group is empty"),
  KEEPER(IsolationLevel.NONE, true, "its keeper saw the end of its last process"),
  NEITHER(IsolationLevel.NONE, false, "nothing known of it runs");

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final ProgramLookup MACHINE = ProgramLookup.ofThisMachine();

  /** Programs of a pit without Perl, and of its test agents. */
  private static final List<String> NEEDED = List.of("sh", "setsid", "flock", "sleep", "true");

  private final IsolationLevel level;
  private final boolean perl;
  private final String words;

  Evidence(IsolationLevel level, boolean perl, String words) {
    this.level = level;
    this.perl = perl;
    this.words = words;
  }

  /** Sets the isolation of a cell, whose agents are test agents. */
  public void apply(Path cell) throws IOException {
    if (level != IsolationLevel.NONE) {
      CellEditor.of(cell).updateIsolation(before -> SandboxedAgent.level(level));
      TestAgent.copyTo(cell);
    }
  }

  /** Returns the {@code PATH} of a pit; makes a folder of links there if Perl is left out. */
  public String searchPath(Path folder) throws IOException {
    if (perl) {
      return System.getenv("PATH");
    }
    Path programs = Files.createDirectories(folder.toRealPath().resolve("programs"));
    for (String name : NEEDED) {
      if (Files.notExists(programs.resolve(name))) {
        Files.createSymbolicLink(programs.resolve(name), Path.of(MACHINE.require(name)));
      }
    }
    return programs.toString();
  }

  /** Returns a reviver with these programs, for a pit in the JVM of the test. */
  public Reviver reviver(Path stateDirectory) throws IOException {
    Path state = Files.createDirectories(stateDirectory).toRealPath();
    return new ProcessReviver(
        state.resolve("agents"),
        Sandbox.configured(new Settings(Map.of(), state), state),
        perl ? MACHINE : new ProgramLookup(List.of()));
  }

  /**
   * Stops an agent by a reviver that adopts it; fails without this evidence of its end, and if a
   * control group is left.
   */
  public void assertStopped(Reviver reviver, AgentRef agent)
      throws IOException, InterruptedException {
    reviver.presence(agent);
    StopOutcome.Gone gone =
        assertInstanceOf(
            StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(agent, Duration.ZERO)));
    assertTrue(gone.evidence().contains(words), () -> agent + ": " + gone);
    assertEquals(this != NEITHER, gone.proven(), () -> agent + ": " + gone);
    long begun = System.nanoTime();
    while (level != IsolationLevel.NONE && !groups(agent).isEmpty()) { // a thread removes them
      assertTrue(System.nanoTime() - begun < PATIENCE_NANOS, () -> agent + " has a control group");
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Returns the control groups of all incarnations of an agent. */
  private static List<Path> groups(AgentRef agent) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        Path.of("/sys/fs/cgroup"),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path group, BasicFileAttributes attributes) {
            String name = String.valueOf(group.getFileName());
            if (name.startsWith("lazarus-" + agent.cellId())
                && name.endsWith("." + agent.agentId())) {
              found.add(group);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException problem) {
            return FileVisitResult.CONTINUE; // another program has removed its group
          }

          @Override
          public FileVisitResult postVisitDirectory(Path group, @Nullable IOException problem) {
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  /**
   * Returns the process of a test agent; empty if it has ended. In a sandbox it knows itself by
   * another pid than this machine.
   *
   * @param pid the pid that the process knows
   */
  public static Optional<ProcessHandle> find(Path cell, String agentId, long incarnation, long pid)
      throws IOException {
    List<String> variables =
        List.of(
            "\0LAZARUS_CELL=" + cell + "\0",
            "\0LAZARUS_AGENT_ID=" + agentId + "\0",
            "\0LAZARUS_INCARNATION=" + incarnation + "\0");
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(
              process -> text(process, "status").matches("(?s).*\nNSpid:[^\n]*\t" + pid + "\n.*"))
          .filter(
              process -> variables.stream().allMatch(("\0" + text(process, "environ"))::contains))
          .map(process -> Objects.requireNonNull(process.getFileName()).toString())
          .findFirst()
          .flatMap(number -> ProcessHandle.of(Long.parseLong(number)));
    }
  }

  private static String text(Path process, String name) {
    try {
      return new String(Files.readAllBytes(process.resolve(name)), UTF_8);
    } catch (IOException e) {
      return ""; // no process, or it has ended
    }
  }
}
