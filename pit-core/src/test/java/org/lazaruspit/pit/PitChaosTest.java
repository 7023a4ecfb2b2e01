package org.lazaruspit.pit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellPaths;
import org.lazaruspit.cell.CheckpointContent;
import org.lazaruspit.cell.Checkpoints;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.pit.PitTeam.Start;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.Evidence;
import org.lazaruspit.pit.testkit.RealPitFixture;

/**
 * Random faults at the same time: agents, the pit, the gateway, checkpoints, files, policies,
 * locks; with each kind of evidence of an agent's end. Afterwards no agent has run twice, and all
 * are well. {@code -Dpit.chaos.seed=N} repeats a seed.
 */
@Tag("full")
@Timeout(300)
final class PitChaosTest {

  private static final int AGENTS_OF_A_CELL = 4;

  /** An agent stopped before its first heartbeat fails within the time limit of the test. */
  private static final Duration REVIVE_TIMEOUT = Duration.ofSeconds(25);

  private static final long SHORTEST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 700;

  private final long seed = Long.getLong("pit.chaos.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Deque<Process> outsiders = new ArrayDeque<>();
  private final TreeMap<String, Integer> done = new TreeMap<>();
  private final List<UUID> cells = new ArrayList<>();

  @TempDir Path folder;
  private int steps;
  private PitTeam team;
  private Process pit;
  private int pits;
  private boolean gatewayIsAway;

  private interface Step {
    void take() throws Exception;
  }

  @ParameterizedTest
  @CsvSource({"KEEPER, 100", "GROUP, 30", "NEITHER, 30"})
  void noAgentRunsTwiceAndAfterwardsAllAgentsAreWell(Evidence evidence, int faults)
      throws Exception {
    steps = faults;
    try (PitTeam opened = new PitTeam(folder, evidence)) {
      team = opened;
      run();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("-Dpit.chaos.seed=" + seed + " after " + done, e);
    } finally {
      releaseLocks();
    }
  }

  private void run() throws Exception {
    for (int i = 0; i < 2; i++) {
      cells.add(team.addCell(AGENTS_OF_A_CELL));
      policy(cells.get(i), AutoRevive.YES);
    }
    for (AgentRef agent : team.agents()) {
      checkpoint(agent, 0);
      checkpoint(agent, 0); // so that a previous generation exists
    }
    startPit();
    team.awaitAllWell();
    for (int i = 0; i < steps; i++) {
      disturb(i);
      team.assertNoAgentRanTwice();
      pause();
    }
    calm();
    team.awaitAllWell();
    team.assertNoAgentRanTwice();
    team.assertOnlyTheNewestRun();
  }

  /** Paces the faults; waits for nothing. */
  private void pause() {
    long millis = random.nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private void disturb(int step) throws Exception {
    if (step == steps / 2) {
      take("add an agent", () -> team.addAgent(cells.get(0), "late", null));
      return;
    }
    int dice = random.nextInt(100);
    if (dice < 34) {
      take("kill", () -> signal("KILL", anyAgent()));
    } else if (dice < 44) {
      take("stop", () -> signal("STOP", anyAgent()));
    } else if (dice < 60) {
      take("kill the pit", this::killPit);
    } else if (dice < 70) {
      take("gateway", this::toggleGateway);
    } else if (dice < 78) {
      take("corrupt", this::corrupt);
    } else if (dice < 84) {
      take("rename", this::rename);
    } else if (dice < 92) {
      take("policy", () -> policy(anyCell(), anyOf(AutoRevive.values())));
    } else {
      take("lock", this::toggleLock);
    }
  }

  private void take(String name, Step step) throws Exception {
    done.merge(name, 1, Integer::sum);
    step.take();
  }

  private void calm() throws Exception {
    if (gatewayIsAway) {
      toggleGateway();
    }
    releaseLocks();
    for (UUID cell : cells) {
      policy(cell, AutoRevive.YES);
    }
  }

  private <T> T anyOf(T[] some) {
    return some[random.nextInt(some.length)];
  }

  private AgentRef anyAgent() {
    return team.agents().get(random.nextInt(team.agents().size()));
  }

  private UUID anyCell() {
    return cells.get(random.nextInt(cells.size()));
  }

  private void startPit() throws IOException {
    pit = team.startPit("pit" + pits++, "state");
  }

  private void killPit() throws Exception {
    pit.destroyForcibly().waitFor();
    startPit();
  }

  /** Signals the newest process of an agent, if it runs. */
  private void signal(String name, AgentRef agent) throws Exception {
    List<Start> starts = team.starts(agent);
    if (!starts.isEmpty()) {
      Optional<ProcessHandle> newest = starts.get(starts.size() - 1).process();
      if (newest.isPresent()) {
        RealPitFixture.signal(name, newest.get().pid());
      }
    }
  }

  private void toggleGateway() throws IOException {
    gatewayIsAway = !gatewayIsAway;
    if (gatewayIsAway) {
      team.closeGateway();
    } else {
      team.reopenGateway(random.nextBoolean());
    }
  }

  private void checkpoint(AgentRef agent, long incarnation) throws IOException {
    Checkpoints.of(team.directory(agent.cellId()))
        .save(
            agent.agentId(),
            incarnation,
            CheckpointContent.of("{\"step\":1}".getBytes(UTF_8), "{}".getBytes(UTF_8)));
  }

  private void corrupt() throws IOException {
    AgentRef agent = anyAgent();
    Path folder = CellPaths.of(team.directory(agent.cellId())).checkpoint(agent.agentId());
    if (Files.exists(folder.resolve("context.json"))) {
      Files.writeString(folder.resolve("context.json"), "{\"not\": \"an agent\"");
    }
  }

  private void rename() throws IOException {
    AgentRef agent = anyAgent();
    String name = "called " + random.nextInt(1000);
    CellEditor.of(team.directory(agent.cellId()))
        .updateAgent(
            agent.agentId(),
            spec ->
                new AgentSpec(
                    spec.agentId(),
                    name,
                    spec.role(),
                    spec.status(),
                    spec.capabilities(),
                    spec.gateway(),
                    spec.currentTask(),
                    spec.checkpoint(),
                    spec.launcher(),
                    spec.incarnation()));
  }

  private void policy(UUID cell, AutoRevive autoRevive) throws IOException {
    CellEditor.of(team.directory(cell))
        .updatePolicies(
            before ->
                new RevivalPolicies(autoRevive, REVIVE_TIMEOUT, null, null, null, null, null));
  }

  /**
   * Starts or ends a foreign waiter for an agent's lock, which gets the lock at the end of the
   * agent. The pit does not kill it: the flock process carries no mark, and its child does not have
   * the lock open.
   */
  private void toggleLock() throws Exception {
    if (!outsiders.isEmpty()) {
      release(outsiders.remove());
      return;
    }
    AgentRef agent = anyAgent();
    Path lock = team.lockInTheCell(agent);
    if (Files.exists(lock)) {
      outsiders.add(new ProcessBuilder("flock", "-o", lock.toString(), "cat").start());
      signal("KILL", agent);
    }
  }

  private void releaseLocks() throws Exception {
    while (!outsiders.isEmpty()) {
      release(outsiders.remove());
    }
  }

  private static void release(Process outsider) throws Exception {
    List<ProcessHandle> children = outsider.descendants().toList();
    outsider.destroyForcibly().waitFor();
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
