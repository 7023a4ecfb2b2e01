package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.AGENT;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.ROOT;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.exit;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Real processes at {@code level_2}; needs bubblewrap, and root for some tests. */
@Tag("full")
@Timeout(60)
final class IsolationLevel2Test {

  private static final IsolationSpec LEVEL_2 = level(IsolationLevel.LEVEL_2);
  private static final IsolationSpec NONE = level(IsolationLevel.NONE);

  @TempDir Path folder;
  private SandboxedAgent agent;

  @BeforeEach
  void setUp() throws IOException {
    agent =
        new SandboxedAgent(
            folder, ProgramLookup.ofThisMachine(), Map.of("open_files", 64, "processes", 50));
  }

  @AfterEach
  void nothingIsLeftOver() throws IOException, InterruptedException {
    agent.close();
  }

  /** Returns a script that tries to create a file in each of these folders. */
  private static String writes(Path... folders) {
    StringBuilder script = new StringBuilder();
    for (Path each : folders) {
      script.append("touch '%1$s/x' 2>/dev/null && echo wrote '%1$s';".formatted(each));
    }
    return script.toString();
  }

  @Test
  void onlyItsOwnCheckpointsAndTheArtifactsCanBeWritten() throws Exception {
    Path other = Files.createDirectory(agent.cell.resolve("checkpoints").resolve("reader"));
    Path own = agent.cell.resolve("checkpoints").resolve("writer");
    Path artifacts = agent.cell.resolve("artifacts");
    Path home = Files.createDirectory(folder.toRealPath().resolve("elsewhere"));
    String script =
        writes(
            agent.cell,
            agent.cell.resolve("logs"),
            agent.cell.resolve("config"),
            agent.cell.resolve("checkpoints"),
            other,
            own,
            artifacts,
            agent.root,
            agent.state,
            home,
            Path.of("/var/lib"),
            Path.of("/run"));
    assertEquals("wrote %s\nwrote %s\n".formatted(own, artifacts), agent.outputOf(LEVEL_2, script));
    assertTrue(Files.exists(own.resolve("x")));
    assertTrue(Files.exists(artifacts.resolve("x")));
    assertFalse(Files.exists(home.resolve("x")));
  }

  @Test
  void otherCellsAndThePitsOwnDirectoryAreNotThere() throws Exception {
    String script =
        "cat '%s' '%s' 2>/dev/null; ls '%s' '%s'"
            .formatted(
                agent.neighbour.resolve("secret"),
                agent.state.resolve("token"),
                agent.root,
                agent.state);
    assertTrue(agent.outputOf(NONE, script).contains("of othersof the pit"));
    assertEquals(
        "%s:\n%s\n\n%s:\n".formatted(agent.root, AGENT.cellId(), agent.state),
        agent.outputOf(LEVEL_2, script));
  }

  @Test
  void itsOwnTokenCanBeReadAndNotWrittenAndNoOtherTokenIsThere() throws Exception {
    Path folder = agent.token("its own\n");
    assertEquals(
        "its own\nwriter\n",
        agent.outputOf(
            LEVEL_2,
            "cat $LAZARUS_TOKEN_FILE; ls '%s'; echo x 2>/dev/null >$LAZARUS_TOKEN_FILE"
                .formatted(folder)));
    assertEquals("its own\n", Files.readString(folder.resolve("writer")));
  }

  @Test
  void asAnotherUserItReadsItsOwnToken() throws Exception {
    agent.token("its own\n");
    assertEquals(
        "its own\n",
        agent.outputOf(SandboxedAgent.as("nobody", LEVEL_2), "cat $LAZARUS_TOKEN_FILE"));
  }

  @Test
  void itsOwnCellCanBeReadByTheNameItHasOutside() throws Exception {
    assertEquals(
        "{}" + agent.cell + "\n", agent.outputOf(LEVEL_2, "cat $LAZARUS_CELL/cell.json; pwd"));
  }

  @Test
  void settingsOfTheKernelCannotBeWrittenEvenByRoot() throws Exception {
    String script =
        """
        for f in sys/kernel/core_pattern sys/kernel/hostname sysrq-trigger sys/vm/swappiness; do
          test -w /proc/$f && echo $f
        done; echo end
        """;
    assertEquals("end\n", agent.outputOf(LEVEL_2, script));
  }

  @Test
  void itHasNoCapabilitiesNoNewPrivilegesAndItsLimits() throws Exception {
    assertEquals(
        """
        CapPrm:\t0000000000000000
        CapEff:\t0000000000000000
        CapBnd:\t0000000000000000
        NoNewPrivs:\t1
        64
        0
        """,
        agent.outputOf(
            LEVEL_2, "grep -E 'Cap(Prm|Eff|Bnd)|NoNew' /proc/self/status; ulimit -n; ulimit -c"));
  }

  @Test
  void capabilitiesAreExactlyThoseListed() throws Exception {
    IsolationSpec spec =
        SandboxedAgent.with(
            LEVEL_2, new SecurityContext(null, null, List.of("CAP_NET_BIND_SERVICE")));
    assertEquals(
        "CapEff:\t0000000000000400\nCapBnd:\t0000000000000400\n",
        agent.outputOf(spec, "grep -E 'Cap(Eff|Bnd)' /proc/self/status"));
  }

  @Test
  void aNetworkOfItsOwnReachesNothingOutside() throws Exception {
    IsolationSpec alone =
        new IsolationSpec(
            IsolationLevel.LEVEL_2, false, true, ResourceLimits.ABSENT, SecurityContext.ABSENT);
    try (ServerSocket gateway = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String script =
          "bash -c 'exec 5<>/dev/tcp/127.0.0.1/%d' 2>/dev/null && echo connected; echo end"
              .formatted(gateway.getLocalPort());
      assertEquals("connected\nend\n", agent.outputOf(LEVEL_2, script));
      assertEquals("end\n", agent.outputOf(alone, script));
    }
  }

  @Test
  void otherProcessesCannotBeSeen() throws Exception {
    String script =
        "test -d /proc/%d && echo seen; echo end".formatted(ProcessHandle.current().pid());
    assertEquals("seen\nend\n", agent.outputOf(NONE, script));
    assertEquals("end\n", agent.outputOf(LEVEL_2, script));
  }

  @Test
  void itHasAHostNameAndInterProcessCommunicationOfItsOwn() throws Exception {
    String script = "cd /proc/self/ns; readlink ipc; readlink uts";
    List<String> outside = agent.outputOf(NONE, script).lines().toList();
    List<String> inside = agent.outputOf(LEVEL_2, script).lines().toList();
    assertEquals(2, inside.size());
    assertNotEquals(outside.get(0), inside.get(0));
    assertNotEquals(outside.get(1), inside.get(1));
  }

  @Test
  void temporaryFilesOfOthersAreNotThereAndItsOwnAreGoneWithIt() throws Exception {
    for (Path shared : List.of(Path.of("/tmp"), Path.of("/var/tmp"))) {
      Path others = Files.createTempFile(shared, "others", "");
      try {
        String script =
            "test -e %1$s && echo seen; touch %1$s-mine && echo wrote".formatted(others);
        assertEquals("wrote\n", agent.outputOf(LEVEL_2, script));
        assertFalse(Files.exists(Path.of(others + "-mine")));
      } finally {
        Files.delete(others);
      }
    }
  }

  @Test
  void asAnotherUserItStillWritesItsOwnFolders() throws Exception {
    assertTrue(ROOT, "only root can start agents as another user");
    String output =
        agent.outputOf(
            SandboxedAgent.as("nobody", LEVEL_2),
            "id -un; echo $HOME; touch $LAZARUS_CELL/checkpoints/writer/x $LAZARUS_CELL/artifacts/y");
    assertEquals("nobody\n/nonexistent\n", output);
    assertTrue(Files.exists(agent.cell.resolve("artifacts").resolve("y")));
    assertEquals("nobody", Files.getOwner(agent.cell.resolve("checkpoints/writer/x")).getName());
  }

  @Test
  void aLinkPlantedAsItsFolderIsRefused() throws Exception {
    Path elsewhere = Files.createDirectory(folder.toRealPath().resolve("elsewhere"));
    Files.createSymbolicLink(agent.cell.resolve("checkpoints").resolve("writer"), elsewhere);
    IOException refusal =
        assertThrows(IOException.class, () -> agent.outputOf(LEVEL_2, "echo started"));
    assertTrue(refusal.getMessage().contains("checkpoints/writer"), refusal.getMessage());
    assertFalse(Files.exists(agent.log()));
  }

  private Path ready() {
    return agent.cell.resolve("artifacts").resolve("ready");
  }

  private RunningAgent startReady(Reviver by, String script) throws Exception {
    return agent.startReady(by, LEVEL_2, script);
  }

  @Test
  void itsDeathIsNoticedWithItsStatus() throws Exception {
    assertEquals(
        "ended with status 7", exit(agent.start(agent.newReviver(), LEVEL_2, "exit 7")).detail());
    assertEquals(
        "ended with status 137, as after signal 9 (KILL)",
        exit(agent.start(agent.newReviver(), LEVEL_2, "kill -9 $$")).detail());
  }

  @Test
  void aSecondStartIsRefusedWhileAGrandchildInASessionOfItsOwnLives() throws Exception {
    Reviver first = agent.newReviver();
    RunningAgent running =
        startReady(first, "setsid sh -c 'touch $LAZARUS_CELL/artifacts/ready; exec sleep 600' &");
    Reviver second = agent.newReviver();
    exit(running);
    assertInstanceOf(Presence.Ended.class, second.presence(AGENT));
    IOException refused =
        assertThrows(IOException.class, () -> agent.start(second, LEVEL_2, "echo second"));
    assertTrue(refused.getMessage().startsWith("refused by the kernel"), refused::getMessage);
    assertInstanceOf(
        StopOutcome.Gone.class, second.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    assertInstanceOf(Presence.Absent.class, agent.newReviver().presence(AGENT));
  }

  @Test
  void itIsAdoptedAfterAPitsRestartAndItsEndIsNoticed() throws Exception {
    RunningAgent before =
        startReady(agent.newReviver(), "touch $LAZARUS_CELL/artifacts/ready; exec sleep 600");
    Reviver after = agent.newReviver();
    Presence presence = after.presence(AGENT);
    RunningAgent adopted = assertInstanceOf(Presence.Running.class, presence).running();
    assertEquals(before.incarnation(), adopted.incarnation());
    assertInstanceOf(
        StopOutcome.Gone.class, after.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    exit(adopted);
    assertNotEquals("", exit(before).detail());
  }

  @Test
  void itMayEndByItselfWhenAskedTo() throws Exception {
    Reviver reviver = agent.newReviver();
    RunningAgent running =
        startReady(
            reviver,
            "trap 'echo saved >$LAZARUS_CELL/artifacts/saved; exit 0' TERM;"
                + " touch $LAZARUS_CELL/artifacts/ready; while :; do sleep 0.05; done");
    assertInstanceOf(
        StopOutcome.Gone.class,
        reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ofSeconds(20))));
    exit(running);
    assertEquals("saved\n", Files.readString(ready().resolveSibling("saved")));
  }
}
