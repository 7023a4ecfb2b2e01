package org.lazaruspit.pit.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Real processes under real locks. */
@Timeout(60)
final class ProcessReviverTest {

  private static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");

  @TempDir Path folder;
  private final List<Reviver> revivers = new ArrayList<>();
  private Reviver reviver;

  @BeforeEach
  void setUp() {
    reviver = newReviver();
  }

  private Reviver newReviver() {
    Reviver made = new ProcessReviver().configured(new Settings(Map.of(), folder.resolve("state")));
    revivers.add(made);
    return made;
  }

  @AfterEach
  void nothingIsLeftOver() throws IOException, InterruptedException {
    Reviver last = newReviver();
    assertInstanceOf(
        StopOutcome.Gone.class, last.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    revivers.forEach(Reviver::close);
  }

  private StartOrder order(long incarnation, String... command) {
    return new StartOrder(
        AGENT,
        incarnation,
        folder,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(
            new Launcher(
                "default", List.of(command), Map.of("COLOUR", "{agent_id}"), Optional.empty())),
        folder.getParent(),
        IsolationSpec.ABSENT,
        folder.resolve("logs").resolve("writer.log"),
        Optional.empty());
  }

  /** Starts a script and waits until it has created its ready file. */
  private RunningAgent startReady(Reviver by, long incarnation, String script)
      throws IOException, InterruptedException {
    Path ready = folder.resolve("ready-" + incarnation);
    try (WatchService made = folder.getFileSystem().newWatchService()) {
      folder.register(made, StandardWatchEventKinds.ENTRY_CREATE);
      RunningAgent running =
          by.start(order(incarnation, "sh", "-c", script, "sh", ready.toString()));
      while (Files.notExists(ready)) {
        WatchKey event = made.poll(30, TimeUnit.SECONDS);
        assertNotNull(event, "the agent never became ready");
        event.reset();
      }
      return running;
    }
  }

  private static void awaitEnd(long pid) {
    ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
  }

  private static AgentExit exit(RunningAgent running) {
    return running.exit().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static long pid(RunningAgent running) {
    return Long.parseLong(running.description().replace("pid ", ""));
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -s " + name + " " + pid).start().waitFor();
  }

  @Test
  void anAgentKnowsItsIdentityAndWritesToItsLog() throws Exception {
    RunningAgent running =
        reviver.start(
            order(
                3,
                "sh",
                "-c",
                "echo $LAZARUS_AGENT_ID $LAZARUS_INCARNATION [$LAZARUS_CHECKPOINT] $COLOUR; pwd;"
                    + " echo oops >&2"));
    assertEquals("ended with status 0", exit(running).detail());
    assertEquals(
        "writer 3 [] writer\n" + folder.toRealPath() + "\noops\n",
        Files.readString(folder.resolve("logs").resolve("writer.log")));
  }

  @Test
  void aDeathIsNoticedWithItsSignal() throws Exception {
    RunningAgent running = startReady(reviver, 1, "touch $1; exec sleep 600");
    assertInstanceOf(Presence.Running.class, reviver.presence(AGENT));
    signal("KILL", pid(running));
    assertEquals("killed by signal 9 (KILL)", exit(running).detail());
    assertInstanceOf(Presence.Absent.class, reviver.presence(AGENT));
  }

  @Test
  void aSecondStartOfALivingAgentIsRefusedByTheKernel() throws Exception {
    RunningAgent first = startReady(reviver, 1, "touch $1; exec sleep 600");
    // Another pit with a state of its own.
    Reviver other = newReviver();
    IOException refused =
        assertThrows(
            IOException.class,
            () -> other.start(order(2, "sh", "-c", "touch second; exec sleep 600")));
    assertTrue(refused.getMessage().startsWith("refused by the kernel"), refused::getMessage);
    assertFalse(Files.exists(folder.resolve("second")), "the second one ran");
    Presence.Running found = assertInstanceOf(Presence.Running.class, other.presence(AGENT));
    assertEquals(first.description(), found.running().description());
    assertEquals(1, found.running().incarnation());
  }

  /** A pit that was suspended during a revival by another one carries out its old stop order. */
  @Test
  void anAgentThatAnotherPitHasStartedMeanwhileIsLeftAlone() throws Exception {
    RunningAgent first = startReady(reviver, 1, "touch $1; exec sleep 600");
    Reviver other = newReviver();
    other.stop(new StopOrder(AGENT, 1, Duration.ZERO));
    exit(first);
    RunningAgent second =
        startReady(other, 2, "sleep 600 & echo $! >child; touch $1; exec sleep 600");
    long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
    StopOrder late = new StopOrder(AGENT, 1, Duration.ofSeconds(1));
    assertEquals(new StopOutcome.TooOld(2), newReviver().stop(late));
    assertTrue(ProcFs.stat(pid(second)).filter(ProcFs.Stat::alive).isPresent());
    assertTrue(ProcFs.stat(child).filter(ProcFs.Stat::alive).isPresent());
    assertFalse(second.exit().toCompletableFuture().isDone());
  }

  @Test
  void anAgentEndsWithItsFirstProcessAndItsTreeWithTheLast() throws Exception {
    RunningAgent running =
        startReady(reviver, 1, "sleep 600 & echo $! >child; touch $1; exec sleep 600");
    long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
    signal("KILL", pid(running));
    assertEquals("killed by signal 9 (KILL)", exit(running).detail());
    for (Reviver each : List.of(reviver, newReviver())) {
      Presence.Ended ended = assertInstanceOf(Presence.Ended.class, each.presence(AGENT));
      assertEquals("killed by signal 9 (KILL)", ended.exit().detail());
      assertTrue(ended.remainder().contains("pid " + child), ended::remainder);
    }
    assertThrows(IOException.class, () -> newReviver().start(order(2, "true")));
    StopOutcome.Gone gone =
        assertInstanceOf(
            StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    assertTrue(gone.proven(), gone::evidence);
    assertTrue(ProcFs.stat(child).filter(ProcFs.Stat::alive).isEmpty());
    assertInstanceOf(Presence.Absent.class, reviver.presence(AGENT));
  }

  @Test
  void anAgentThatLetsItsLockGoIsNotStartedASecondTime() throws Exception {
    startReady(reviver, 1, "flock -u 3; touch $1; exec sleep 600");
    IOException refused =
        assertThrows(IOException.class, () -> newReviver().start(order(2, "touch", "second")));
    assertEquals("refused: incarnation 1 of it runs", refused.getMessage());
    assertInstanceOf(Presence.Running.class, newReviver().presence(AGENT));
  }

  @Test
  void anAgentHasNoDescriptorOfItsRecord() throws Exception {
    RunningAgent running =
        reviver.start(
            order(1, "sh", "-c", "echo 'group /nowhere' >>/proc/self/fd/3; kill -KILL $$"));
    exit(running);
    Presence.Absent absent = awaitAbsence(newReviver());
    assertEquals("killed by signal 9 (KILL)", absent.evidence());
    assertFalse(Files.readString(recordFile()).contains("nowhere"));
  }

  /** The keeper goes on, but its reports do not arrive. */
  @Test
  void withoutTheTemplateAPollFindsTheEndOfAnAgent() throws Exception {
    RunningAgent running = startReady(reviver, 1, "sleep 600 & touch $1; exec sleep 600");
    long keeper = ProcFs.stat(pid(running)).orElseThrow().parent();
    long template = ProcFs.stat(keeper).orElseThrow().parent();
    signal("KILL", template);
    awaitEnd(template);
    signal("KILL", pid(running));
    Presence presence = reviver.presence(AGENT);
    while (presence instanceof Presence.Running) {
      Thread.onSpinWait();
      presence = reviver.presence(AGENT);
    }
    assertInstanceOf(Presence.Ended.class, presence);
    assertEquals("killed by signal 9 (KILL)", exit(running).detail());
  }

  @Test
  void withoutItsKeeperAnAgentEndsWithItsFirstProcessToo() throws Exception {
    String script = "kill -KILL $PPID; sleep 600 & echo $! >child; touch $1; exec sleep 600";
    RunningAgent running = startReady(reviver, 1, script);
    long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
    Reviver next = newReviver();
    assertInstanceOf(Presence.Running.class, next.presence(AGENT));
    signal("KILL", pid(running));
    assertEquals("its process is gone", exit(running).detail());
    for (Reviver each : List.of(reviver, next)) {
      Presence.Ended ended = assertInstanceOf(Presence.Ended.class, each.presence(AGENT));
      assertTrue(ended.remainder().contains("pid " + child), ended::remainder);
    }
    StopOutcome.Gone gone =
        assertInstanceOf(
            StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    assertFalse(gone.proven(), gone::evidence);
    assertTrue(ProcFs.stat(child).filter(ProcFs.Stat::alive).isEmpty());
  }

  @Test
  void stoppingEndsGrandchildrenInSessionsOfTheirOwn() throws Exception {
    RunningAgent running =
        startReady(
            reviver,
            1,
            "setsid sh -c 'trap \"\" TERM; echo $$ >grandchild; while true; do sleep 1; done' & "
                + "while [ ! -s grandchild ]; do sleep 0.01; done; touch $1; exec sleep 600");
    long grandchild = Long.parseLong(Files.readString(folder.resolve("grandchild")).strip());
    assertInstanceOf(
        StopOutcome.Gone.class,
        reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ofSeconds(1))));
    assertTrue(ProcFs.stat(grandchild).filter(ProcFs.Stat::alive).isEmpty());
    assertTrue(exit(running).detail().startsWith("killed by signal 15"));
  }

  @Test
  void stoppingEndsDescendantsThatHaveClosedTheLock() throws Exception {
    startReady(
        reviver,
        1,
        "setsid sh -c 'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; echo $$ >stray; exec sleep 600' & "
            + "while [ ! -s stray ]; do sleep 0.01; done; touch $1; exec sleep 600");
    long stray = Long.parseLong(Files.readString(folder.resolve("stray")).strip());
    assertInstanceOf(
        StopOutcome.Gone.class,
        reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ofSeconds(1))));
    assertTrue(ProcFs.stat(stray).filter(ProcFs.Stat::alive).isEmpty());
  }

  @Test
  void aFrozenAgentIsKilled() throws Exception {
    RunningAgent running = startReady(reviver, 1, "touch $1; exec sleep 600");
    signal("STOP", pid(running));
    while (ProcFs.stat(pid(running)).filter(ProcFs.Stat::stopped).isEmpty()) {
      Thread.onSpinWait(); // the kernel stops it when it runs next
    }
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ofHours(1))));
    assertEquals("killed by signal 9 (KILL)", exit(running).detail());
  }

  @Test
  void anAgentMayEndByItselfWithinItsGrace() throws Exception {
    RunningAgent running =
        startReady(
            reviver,
            1,
            "trap 'echo tidy >tidied; exit 0' TERM; touch $1; while true; do sleep 0.05; done");
    assertInstanceOf(
        StopOutcome.Gone.class,
        reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ofSeconds(30))));
    assertTrue(Files.exists(folder.resolve("tidied")));
    assertInstanceOf(Presence.Absent.class, reviver.presence(AGENT));
    assertTrue(running.exit().toCompletableFuture().isDone());
  }

  @Test
  void anotherPitAdoptsARunningAgentAndNoticesItsDeath() throws Exception {
    RunningAgent started = startReady(reviver, 7, "touch $1; exec sleep 600");
    reviver.close();
    Presence.Running adopted =
        assertInstanceOf(Presence.Running.class, newReviver().presence(AGENT));
    assertEquals(7, adopted.running().incarnation());
    assertEquals(started.description(), adopted.running().description());
    signal("KILL", pid(started));
    assertEquals("killed by signal 9 (KILL)", exit(adopted.running()).detail());
  }

  @Test
  void theStatusOfAnAgentThatEndedWhileNoPitRanIsKnown() throws Exception {
    RunningAgent started =
        startReady(reviver, 4, "touch $1; while [ ! -e go ]; do sleep 0.01; done; exit 75");
    reviver.close();
    Files.createFile(folder.resolve("go"));
    awaitEnd(pid(started));
    Presence.Absent absent = awaitAbsence(newReviver());
    assertEquals(OptionalInt.of(75), absent.exit().orElseThrow().status());
  }

  private static Presence.Absent awaitAbsence(Reviver by) throws Exception {
    Presence presence = by.presence(AGENT);
    while (!(presence instanceof Presence.Absent)) {
      Thread.onSpinWait(); // the keeper writes the end when it runs next
      presence = by.presence(AGENT);
    }
    return (Presence.Absent) presence;
  }

  /** The record of an older pit, or a lost one. */
  @Test
  void anAgentWithoutARecordIsAdoptedWithAnUnknownIncarnation() throws Exception {
    startReady(reviver, 4, "touch $1; exec sleep 600");
    reviver.close();
    Files.writeString(recordFile(), "");
    Presence.Running adopted =
        assertInstanceOf(Presence.Running.class, newReviver().presence(AGENT));
    assertEquals(0, adopted.running().incarnation());
  }

  private Path recordFile() {
    return lockFile().resolveSibling("writer.record");
  }

  private Path lockFile() {
    return folder.resolve("state/agents").resolve(AGENT.cellId() + "/writer.lock");
  }

  @Test
  void anAdoptedAgentThatHasClosedItsLockRunsUntilItIsGone() throws Exception {
    RunningAgent started =
        startReady(reviver, 4, "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; touch $1; exec sleep 600");
    reviver.close();
    Reviver next = newReviver();
    Presence.Running adopted = assertInstanceOf(Presence.Running.class, next.presence(AGENT));
    for (int i = 0; i < 20; i++) { // while the watch finds its lock free
      assertInstanceOf(Presence.Running.class, newReviver().presence(AGENT));
      assertInstanceOf(Presence.Running.class, next.presence(AGENT));
    }
    assertFalse(adopted.running().exit().toCompletableFuture().isDone());
    signal("KILL", pid(started));
    assertEquals("killed by signal 9 (KILL)", exit(adopted.running()).detail());
  }

  @Test
  void aReusedPidIsNotTakenForTheAgent() throws Exception {
    RunningAgent running = startReady(reviver, 1, "touch $1; exec sleep 600");
    signal("KILL", pid(running));
    exit(running);
    long self = ProcessHandle.current().pid();
    String head = AgentRecord.head(1, OptionalLong.empty(), Optional.empty(), OptionalLong.empty());
    Files.writeString(recordFile(), head + "keeper " + self + " 1\nfirst " + self + " 1\n");
    assertInstanceOf(Presence.Absent.class, newReviver().presence(AGENT));
  }

  @Test
  void aLinkPlantedAsTheLogIsNotWrittenThrough() throws Exception {
    Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "untouched");
    Files.createDirectories(folder.resolve("logs"));
    Files.createSymbolicLink(folder.resolve("logs").resolve("writer.log"), elsewhere);
    assertThrows(IOException.class, () -> reviver.start(order(1, "echo", "hello")));
    assertEquals("untouched", Files.readString(elsewhere));
  }

  @Tag("full")
  @Test
  void anUnseenLockHolderForbidsARevivalUntilItEnds() throws Exception {
    Path lock = lockFile();
    Files.createDirectories(lock.getParent());
    // The holder has no mark and its child no lock, so no process can be found and killed.
    Process holder =
        new ProcessBuilder("flock", "-o", lock.toString(), "sh", "-c", "echo held; sleep 600")
            .start();
    try {
      assertEquals("held", holder.inputReader().readLine());
      Presence.Running found = assertInstanceOf(Presence.Running.class, reviver.presence(AGENT));
      StopOutcome.StillThere still =
          assertInstanceOf(
              StopOutcome.StillThere.class,
              reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
      assertTrue(still.reason().contains("holds its lock"), still::reason);
      assertTrue(holder.isAlive());
      assertThrows(IOException.class, () -> newReviver().start(order(1, "touch", "started")));
      holder.descendants().forEach(ProcessHandle::destroyForcibly);
      assertEquals("its process is gone", exit(found.running()).detail());
      assertInstanceOf(
          StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
      assertFalse(Files.exists(folder.resolve("started")));
    } finally {
      holder.descendants().forEach(ProcessHandle::destroyForcibly);
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void theFlockHelperIsRestartedAfterItWasKilled() throws Exception {
    RunningAgent started = startReady(reviver, 1, "touch $1; exec sleep 600");
    reviver.close();
    Reviver other = newReviver();
    Set<Long> before = children();
    Presence.Running adopted = assertInstanceOf(Presence.Running.class, other.presence(AGENT));
    Set<Long> helpers = children();
    helpers.removeAll(before);
    assertFalse(helpers.isEmpty());
    for (long pid : helpers) {
      signal("KILL", pid);
      awaitEnd(pid);
    }
    signal("KILL", pid(started));
    assertEquals("killed by signal 9 (KILL)", exit(adopted.running()).detail());
  }

  private static Set<Long> children() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
  }

  @Test
  void aMissingCommandEndsAtOnce() throws Exception {
    RunningAgent running = reviver.start(order(1, "/no/such/program"));
    assertTrue(exit(running).detail().startsWith("ended with status"), exit(running)::detail);
  }

  @Test
  void withoutALauncherNoAgentIsStarted() {
    StartOrder order = order(1, "true");
    StartOrder noLauncher =
        new StartOrder(
            order.agent(),
            1,
            order.cellDirectory(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            order.missionsRoot(),
            order.isolation(),
            order.log(),
            Optional.empty());
    assertThrows(IOException.class, () -> reviver.start(noLauncher));
  }
}
