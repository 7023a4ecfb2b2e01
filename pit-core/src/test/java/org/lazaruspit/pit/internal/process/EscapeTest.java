package org.lazaruspit.pit.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.AGENT;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.as;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.with;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.internal.isolation.SandboxedAgent;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/**
 * Real programs that try to leave a process behind. The pit, with each kind of proof, never says
 * "proven" beside a living descendant; with a proof that cannot be escaped, a stop leaves none.
 */
@Tag("full")
@Timeout(60)
final class EscapeTest {

  private static final List<String> WAYS =
      List.of("exec", "overwrite", "rename", "subreaper", "group", "kill-keeper", "stop-keeper");

  private static final ProgramLookup MACHINE = ProgramLookup.ofThisMachine();

  /** Evidence that an agent is under. */
  enum Evidence {
    GROUP_OF_A_SANDBOX,
    GROUP_OF_ANOTHER_USER,
    KEEPER,
    KEEPER_AT_LEVEL_1,
    KEEPER_OF_ANOTHER_USER_WITH_CAPABILITIES,
    NEITHER;

    IsolationSpec isolation() {
      return switch (this) {
        case GROUP_OF_A_SANDBOX -> level(IsolationLevel.LEVEL_2);
        case GROUP_OF_ANOTHER_USER -> as("nobody", level(IsolationLevel.LEVEL_1));
        case KEEPER_AT_LEVEL_1 -> level(IsolationLevel.LEVEL_1);
        case KEEPER_OF_ANOTHER_USER_WITH_CAPABILITIES ->
            with(
                level(IsolationLevel.LEVEL_1),
                new SecurityContext("nobody", null, List.of("CAP_DAC_OVERRIDE")));
        case KEEPER, NEITHER -> level(IsolationLevel.NONE);
      };
    }

    ProgramLookup helpers() {
      return this == NEITHER ? new ProgramLookup(List.of()) : MACHINE;
    }

    /** Returns whether a stop proves the end of an agent that escapes in this way. */
    boolean proves(String way) {
      return switch (this) {
        case GROUP_OF_A_SANDBOX, GROUP_OF_ANOTHER_USER -> true;
        case KEEPER, KEEPER_AT_LEVEL_1 -> !way.equals("kill-keeper");
        case KEEPER_OF_ANOTHER_USER_WITH_CAPABILITIES -> true;
        case NEITHER -> false;
      };
    }
  }

  @TempDir Path folder;

  static Stream<Arguments> escapes() {
    Stream<List<String>> python =
        WAYS.stream().map(way -> List.of("/usr/bin/python3", "escape.py", way));
    Stream<List<String>> node =
        MACHINE.find("node").stream().map(program -> List.of(program, "escape.mjs", "node"));
    return Stream.concat(python, node)
        .flatMap(
            program ->
                Stream.of(Evidence.values()).map(evidence -> Arguments.of(evidence, program)));
  }

  @ParameterizedTest
  @MethodSource("escapes")
  void nothingIsProvenBesideALivingDescendant(Evidence evidence, List<String> program)
      throws Exception {
    String way = program.get(2);
    try (SandboxedAgent agent = new SandboxedAgent(folder, MACHINE, Map.of(), evidence.helpers())) {
      Reviver reviver = agent.newReviver();
      RunningAgent running = start(agent, reviver, evidence, program);
      assertTrue(strayLives(agent));
      new ProcessBuilder("kill", "-KILL", running.description().replace("pid ", ""))
          .start()
          .waitFor();
      while (reviver.presence(AGENT) instanceof Presence.Running) {
        Thread.onSpinWait(); // each poll resumes a stopped keeper
      }
      assertTrue(running.exit().toCompletableFuture().isDone());
      for (Reviver each : List.of(reviver, agent.newReviver())) {
        if (evidence.proves(way)) {
          assertInstanceOf(Presence.Ended.class, each.presence(AGENT));
        }
      }
      StopOutcome.Gone gone =
          assertInstanceOf(
              StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
      assertEquals(evidence.proves(way), gone.proven(), gone::evidence);
      if (evidence.proves(way)) {
        assertFalse(strayLives(agent));
      }
      // The next incarnation ends with a proof, but the stray of the first one may still live.
      agent.start(reviver, evidence.isolation(), "exit 0");
      StopOutcome.Gone next =
          assertInstanceOf(
              StopOutcome.Gone.class,
              agent.newReviver().stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
      assertEquals(evidence.proves(way), next.proven(), next::evidence);
    } finally {
      killStray();
    }
  }

  /** An agent that hides, but leaves nothing, is found by all kinds of evidence. */
  @ParameterizedTest
  @MethodSource("evidence")
  void stopAndPresenceFindAFirstProcessThatHides(Evidence evidence) throws Exception {
    try (SandboxedAgent agent = new SandboxedAgent(folder, MACHINE, Map.of(), evidence.helpers())) {
      Reviver first = agent.newReviver();
      start(agent, first, evidence, List.of("/usr/bin/python3", "escape.py", "first"));
      first.close();
      Reviver next = agent.newReviver();
      assertInstanceOf(Presence.Running.class, next.presence(AGENT));
      StopOutcome.Gone gone =
          assertInstanceOf(
              StopOutcome.Gone.class,
              agent.newReviver().stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
      assertEquals(evidence.proves("first"), gone.proven(), gone::evidence);
      assertFalse(strayLives(agent));
    }
  }

  static Stream<Evidence> evidence() {
    return Stream.of(Evidence.values());
  }

  private static RunningAgent start(
      SandboxedAgent agent, Reviver reviver, Evidence evidence, List<String> program)
      throws IOException, InterruptedException {
    String name = program.get(1);
    try (InputStream script = EscapeTest.class.getResourceAsStream(name)) {
      Files.write(agent.cell.resolve(name), script.readAllBytes());
    }
    return agent.startReady(
        reviver, evidence.isolation(), "exec " + String.join(" ", program).replace("'", ""));
  }

  private static boolean strayLives(SandboxedAgent agent) throws Exception {
    String lock = agent.cell.resolve("artifacts").resolve("stray.lock").toString();
    return new ProcessBuilder("flock", "-n", lock, "true").start().waitFor() != 0;
  }

  /** A stray that no evidence finds is found by this test: it works in the test's folder. */
  private void killStray() throws IOException {
    Path inside = folder.toRealPath();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      if (workingDirectory(process.pid()).startsWith(inside)) {
        process.destroyForcibly();
        process.onExit().join();
      }
    }
  }

  /** Returns "/" for a process that has ended, or is out of reach. */
  private static Path workingDirectory(long pid) throws IOException {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd"));
    } catch (NoSuchFileException | AccessDeniedException e) {
      return Path.of("/");
    }
  }
}
