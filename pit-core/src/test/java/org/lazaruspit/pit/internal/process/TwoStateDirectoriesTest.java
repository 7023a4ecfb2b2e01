package org.lazaruspit.pit.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Two pits that own a cell one after the other, each with a state directory of its own. */
@Timeout(60)
final class TwoStateDirectoriesTest {

  private static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");

  @TempDir Path folder;
  private final List<Reviver> revivers = new ArrayList<>();
  private Path cell;
  private Reviver first;
  private Reviver second;

  @BeforeEach
  void setUp() throws IOException {
    cell = Files.createDirectories(folder.resolve("cell"));
    first = reviver("first");
    second = reviver("second");
  }

  private Reviver reviver(String name) throws IOException {
    Reviver made = new ProcessReviver().configured(new Settings(Map.of(), folder.resolve(name)));
    revivers.add(made);
    made.claimed(AGENT.cellId(), cell);
    return made;
  }

  @AfterEach
  void nothingIsLeftOver() throws IOException, InterruptedException {
    assertInstanceOf(
        StopOutcome.Gone.class,
        reviver("first").stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    revivers.forEach(Reviver::close);
  }

  private RunningAgent start(Reviver by, long incarnation) throws Exception {
    return start(by, incarnation, "sleep", "600");
  }

  private RunningAgent start(Reviver by, long incarnation, String... command) throws Exception {
    return by.start(
        new StartOrder(
            AGENT,
            incarnation,
            cell,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Launcher("default", List.of(command), Map.of(), Optional.empty())),
            cell.resolve("logs").resolve("writer.log")));
  }

  /** Starts an agent and waits until it holds its lock. */
  private RunningAgent running(Reviver by, long incarnation) throws Exception {
    RunningAgent started = start(by, incarnation);
    while (!ProcFs.commandName(pid(started)).equals("sleep")) {
      Thread.onSpinWait(); // the programs that take the locks become the agent when they have them
    }
    return started;
  }

  /** Returns the pid that an agent has written to its child file. */
  private long child() throws IOException {
    Path file = cell.resolve("child");
    while (!Files.exists(file) || Files.size(file) == 0) {
      Thread.onSpinWait();
    }
    return Long.parseLong(Files.readString(file).strip());
  }

  private static long pid(RunningAgent running) {
    return Long.parseLong(running.description().replace("pid ", ""));
  }

  private static void kill(long pid) {
    assertTrue(ProcessHandle.of(pid).orElseThrow().destroyForcibly());
  }

  private static String exit(RunningAgent running) {
    return running.exit().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join().detail();
  }

  private Path lock(String name) {
    return folder.resolve(name).resolve("agents").resolve(AGENT.cellId() + "/writer.lock");
  }

  private Path cellLock() {
    return cell.resolve(".lazarus").resolve("agents").resolve("writer.lock");
  }

  @Test
  void theSecondAdoptsAnAgentOfTheFirstAndNoticesItsDeath() throws Exception {
    RunningAgent started = running(first, 7);
    first.close();
    Presence.Running adopted = assertInstanceOf(Presence.Running.class, second.presence(AGENT));
    assertEquals(7, adopted.running().incarnation());
    assertEquals(started.description(), adopted.running().description());
    kill(pid(started));
    assertEquals("killed by signal 9 (KILL)", exit(adopted.running()));
  }

  @Test
  void theKernelRefusesTheSecondAStart() throws Exception {
    running(first, 1);
    IOException refused = assertThrows(IOException.class, () -> start(second, 2));
    assertTrue(refused.getMessage().startsWith("refused by the kernel"), refused::getMessage);
  }

  @Test
  void aRegainedCellIsCheckedForTheRestOfAnAgent() throws Exception {
    RunningAgent started = start(first, 1, "sh", "-c", "sleep 600 & echo $! > child; wait");
    long child = child();
    kill(pid(started));
    exit(started);
    first.claimed(AGENT.cellId(), cell);
    Presence.Ended found = assertInstanceOf(Presence.Ended.class, first.presence(AGENT));
    assertTrue(found.remainder().contains("pid " + child), found::remainder);
    assertEquals("killed by signal 9 (KILL)", found.exit().detail());
  }

  @Test
  void afterTheDeadlineNoProcessIsKilled() throws Exception {
    RunningAgent successor = running(second, 2);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (FlockHelper flockHelper = new FlockHelper(ProgramLookup.ofThisMachine(), threads)) {
      AgentLock lock = new AgentLock(flockHelper, lock("first"), Optional.of(cellLock()));
      ProcessTree tree = new ProcessTree(lock, new SharedProcessScans(threads));
      ProcessTree.Remainder left =
          tree.kill(tree.remaining(), Long.MAX_VALUE, System.nanoTime() - 1);
      assertEquals(List.of(ProcFs.stat(pid(successor)).orElseThrow().id()), left.members());
      assertTrue(ProcessHandle.of(pid(successor)).orElseThrow().isAlive());
    } finally {
      threads.shutdownNow();
    }
  }

  /** Returns what a scan saw before the successor was started: the same pids, another start. */
  private static ProcessTree.Remainder seenOf(ProcessTree.Remainder now) {
    AgentRecord record = now.record().orElseThrow();
    AgentRecord earlier =
        new AgentRecord(
            record.hostId(),
            record.bootId(),
            1,
            record.uid(),
            record.group(),
            record.unproven(),
            record.keeper(),
            new ProcFs.ProcessId(record.first().pid(), record.first().startTick() - 1),
            record.ended(),
            record.gone());
    return new ProcessTree.Remainder(Optional.of(earlier), now.members(), true);
  }

  /** The pit was suspended right after its scan, while the agent to kill still ran. */
  @Test
  void aSuccessorThatIsFoundDuringAKillEndsTheKill() throws Exception {
    RunningAgent successor =
        start(second, 2, "sh", "-c", "env -i sleep 600 & echo $! > child; wait");
    long child = child();
    ExecutorService threads = Executors.newCachedThreadPool();
    try (FlockHelper flockHelper = new FlockHelper(ProgramLookup.ofThisMachine(), threads)) {
      AgentLock lock = new AgentLock(flockHelper, lock("first"), Optional.of(cellLock()));
      ProcessTree tree = new ProcessTree(lock, new SharedProcessScans(threads));
      ProcessTree.Remainder seen = seenOf(tree.remaining());
      ProcessTree.Remainder left = tree.kill(seen, 1, System.nanoTime() + 30_000_000_000L);
      assertEquals(2, left.incarnation());
      assertTrue(ProcessHandle.of(pid(successor)).orElseThrow().isAlive());
      assertTrue(ProcessHandle.of(child).orElseThrow().isAlive());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void theSecondStopsAnAgentOfTheFirst() throws Exception {
    RunningAgent started = running(first, 1);
    assertInstanceOf(
        StopOutcome.Gone.class,
        second.stop(StopOrder.anyIncarnation(AGENT, Duration.ofSeconds(5))));
    assertEquals("killed by signal 9 (KILL)", exit(started));
  }

  @Test
  void theSecondStopsAnAgentOfTheFirstEvenIfTheLockInTheCellWasDeleted() throws Exception {
    RunningAgent started = running(first, 1);
    Files.delete(cellLock());
    assertInstanceOf(
        StopOutcome.Gone.class, second.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    assertEquals("killed by signal 9 (KILL)", exit(started));
  }

  @Test
  void theCellAndTheStateDirectoryShareOneLockWhereTheFileSystemAllows() throws Exception {
    running(first, 1);
    assertTrue(Files.isSameFile(lock("first"), cellLock()));
  }

  @Test
  void whereTheyCannotShareOneBothLocksAreTaken() throws Exception {
    Files.createDirectories(lock("first").getParent());
    Files.createFile(lock("first"));
    Files.createDirectories(cellLock().getParent());
    Files.createFile(cellLock());
    running(first, 1);
    assertFalse(Files.isSameFile(lock("first"), cellLock()));
    assertEquals(1, flock(lock("first")));
    assertEquals(1, flock(cellLock()));
    assertInstanceOf(Presence.Running.class, second.presence(AGENT));
  }

  private static int flock(Path file) throws IOException, InterruptedException {
    return new ProcessBuilder("flock", "-n", file.toString(), "true").start().waitFor();
  }

  @Test
  void anAgentOfTheSameNameInAnotherCellIsAnotherAgent() throws Exception {
    RunningAgent theirs = running(first, 1);
    Path copy = Files.createDirectories(folder.resolve("copy"));
    Reviver other = reviver("third");
    other.claimed(AGENT.cellId(), copy);
    assertInstanceOf(Presence.Absent.class, other.presence(AGENT));
    assertInstanceOf(
        StopOutcome.Gone.class, other.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    assertTrue(ProcessHandle.of(pid(theirs)).orElseThrow().isAlive());
  }

  @Test
  void aLinkInPlaceOfTheLockIsNeitherFollowedNorTrusted() throws Exception {
    Path elsewhere = folder.resolve("elsewhere");
    Files.createDirectories(cellLock().getParent());
    Files.createSymbolicLink(cellLock(), elsewhere);
    assertThrows(IOException.class, () -> start(first, 1));
    assertThrows(IOException.class, () -> first.presence(AGENT));
    assertFalse(Files.exists(elsewhere));
    Files.delete(cellLock());
  }

  @Test
  void aPlantedFolderOfLocksIsNotFollowed() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Files.createDirectories(cell.resolve(".lazarus"));
    Files.createSymbolicLink(cellLock().getParent(), elsewhere);
    assertThrows(IOException.class, () -> start(first, 1));
    try (var files = Files.list(elsewhere)) {
      assertEquals(0, files.count());
    }
    assertThrows(IOException.class, () -> first.presence(AGENT));
    Files.delete(cellLock().getParent());
  }
}
