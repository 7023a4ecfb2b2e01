package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.AgentStatus;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.cell.CellEditor;
import org.lazaruspit.cell.CellStatus;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.NewCell;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.cell.Role;
import org.lazaruspit.pit.PitReport.Status;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.FakeMachine.Start;
import org.lazaruspit.pit.testkit.SimulatedPit;

/** Ways by which an agent with the key of another cell's agent might be started; none starts it. */
final class RefusedNewcomerTest {

  private static final UUID LOWER = UUID.fromString("00000000-0000-4000-8000-000000000001");
  private static final AgentRef OWNER = SimulatedPit.agent("a");
  private static final AgentRef NEWCOMER = new AgentRef(LOWER, "a");

  private SimulatedPit pit;

  @BeforeEach
  void superviseOwner() throws Exception {
    pit = new SimulatedPit("a");
    pit.round();
    assertEquals(List.of(new Start(OWNER, 1)), pit.machine.starts);
  }

  @AfterEach
  void close() throws IOException {
    assertEquals(List.of(), pit.machine.violations);
    pit.close();
  }

  private CellEditor newcomer(AgentSpec agent) throws IOException {
    return CellEditor.of(
        MissionStore.open(pit.directory.getParent())
            .create(NewCell.builder("Newcomer").cellId(LOWER).agent(agent).build())
            .directory());
  }

  private CellEditor newcomer() throws IOException {
    return newcomer(AgentSpec.of("a", "a", Role.WRITE).withGateway("g"));
  }

  private Status status(AgentRef agent) throws Exception {
    return pit.round().agents().stream()
        .filter(line -> line.agent().equals(agent))
        .findFirst()
        .orElseThrow()
        .status();
  }

  private void assertNeverStarted(AgentRef agent) {
    assertTrue(
        pit.machine.starts.stream().noneMatch(start -> start.agent().equals(agent)),
        pit.machine.starts::toString);
  }

  /** Copies the owner's cell with its journal, as the newcomer's. */
  private void copyOwner() throws IOException {
    Path copy = pit.directory.resolveSibling(LOWER.toString());
    try (Stream<Path> files = Files.walk(pit.directory)) {
      for (Path file : files.toList()) {
        Path to = copy.resolve(pit.directory.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          String text = Files.readString(file);
          Files.writeString(to, text.replace(SimulatedPit.CELL.toString(), LOWER.toString()));
        }
      }
    }
  }

  private long revived(AgentRef agent) throws IOException {
    Path cell = pit.directory.resolveSibling(agent.cellId().toString());
    return Files.readAllLines(cell.resolve("logs").resolve("revivals.jsonl")).stream()
        .filter(line -> line.contains("\"status\":\"revived\""))
        .count();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void copyOfTheOwnersCellIsRefusedWhereverTheJournalEnds(int lines) throws Exception {
    pit.killAfter(lines);
    try {
      pit.machine.kill(OWNER);
      if (pit.alive()) {
        pit.round();
      }
    } catch (SimulatedPit.Killed expected) {
      assertFalse(pit.alive());
    }
    copyOwner();
    pit.machine.startByHand(NEWCOMER, 2);
    long copied = revived(NEWCOMER);
    pit.restart(1);
    for (int i = 0; i < 3; i++) {
      assertEquals(Status.REFUSED, status(NEWCOMER));
      pit.advance(Duration.ofMinutes(10));
    }
    assertEquals(Status.HEALTHY, status(OWNER));
    assertNeverStarted(NEWCOMER);
    assertEquals(copied, revived(NEWCOMER), "not taken over as revived");
    assertTrue(pit.machine.starts.size() > 1, pit.machine.starts::toString);
    assertTrue(
        pit.revivals.all().stream()
            .filter(revival -> revival.agent().equals(NEWCOMER))
            .noneMatch(revival -> revival.status().open()),
        pit.revivals.all()::toString);
  }

  @Test
  void waitingApprovalOfAnAgentThatMovesToTheGatewayStartsNothing() throws Exception {
    CellEditor editor = newcomer(AgentSpec.of("a", "a", Role.WRITE));
    editor.updatePolicies(
        before -> new RevivalPolicies(AutoRevive.ASK, null, null, null, null, null, null));
    pit.round();
    Revival asked =
        pit.revivals.all().stream()
            .filter(revival -> revival.agent().equals(NEWCOMER))
            .findFirst()
            .orElseThrow();
    assertEquals(RevivalStatus.PENDING_APPROVAL, asked.status());
    editor.updateAgent("a", spec -> spec.withGateway("g"));
    pit.revivals.approve(asked.id(), "yes");
    assertEquals(Status.REFUSED, status(NEWCOMER));
    assertNeverStarted(NEWCOMER);
  }

  @Test
  void ordersOfOperatorsStartNothing() throws Exception {
    newcomer();
    pit.round();
    assertThrows(IllegalStateException.class, () -> pit.revivals.revive(NEWCOMER, "please"));
    pit.revivals.stop(NEWCOMER, "first");
    assertEquals(Status.STOPPED, status(NEWCOMER));
    pit.revivals.resume(NEWCOMER, "then");
    pit.revivals.lift(NEWCOMER, "and");
    assertEquals(Optional.empty(), pit.revivals.request(NEWCOMER, FailureCause.EXIT, "gone"));
    assertEquals(Status.REFUSED, status(NEWCOMER));
    assertNeverStarted(NEWCOMER);
  }

  @ParameterizedTest
  @EnumSource(AgentStatus.class)
  void ownerKeepsItsKeyWhateverItsFileSays(AgentStatus status) throws Exception {
    newcomer();
    pit.files().updateAgent("a", spec -> spec.withStatus(status));
    pit.round();
    pit.restart(1);
    assertEquals(Status.REFUSED, status(NEWCOMER));
    assertNeverStarted(NEWCOMER);
  }

  @Test
  void ownerOfAPausedMissionKeepsItsKey() throws Exception {
    newcomer();
    pit.files().updateConfig(config -> config.withStatus(CellStatus.PAUSED));
    assertEquals(Status.REFUSED, status(NEWCOMER));
    pit.restart(1);
    assertEquals(Status.REFUSED, status(NEWCOMER));
  }

  @Test
  void ownerWhoseFilesCannotBeReadKeepsItsKey() throws Exception {
    newcomer();
    for (String file : List.of("agents/a.json", "cell.json")) {
      Path broken = pit.directory.resolve(file);
      String text = Files.readString(broken);
      Files.writeString(broken, "{");
      assertEquals(Status.REFUSED, status(NEWCOMER), file);
      Files.writeString(broken, text);
    }
    assertNeverStarted(NEWCOMER);
  }

  @ParameterizedTest
  @EnumSource(
      value = CellStatus.class,
      names = {"COMPLETED", "FAILED"})
  void newcomerGetsTheKeyOfAnEndedMission(CellStatus ended) throws Exception {
    newcomer();
    assertEquals(Status.REFUSED, status(NEWCOMER));
    pit.files().updateConfig(config -> config.withStatus(ended));
    pit.round();
    assertTrue(pit.machine.starts.contains(new Start(NEWCOMER, 1)), pit.machine.starts::toString);
    pit.files().updateConfig(config -> config.withStatus(CellStatus.ACTIVE));
    assertEquals(Status.REFUSED, status(OWNER));
    pit.restart(1);
    assertEquals(Status.REFUSED, status(OWNER));
  }

  @Test
  void newcomerGetsTheKeyOfARemovedAgent() throws Exception {
    newcomer();
    pit.files().removeAgent("a");
    pit.round();
    assertTrue(pit.machine.starts.contains(new Start(NEWCOMER, 1)), pit.machine.starts::toString);
  }

  @Test
  void newcomerGetsTheKeyOfAnAgentThatMovesToNoGateway() throws Exception {
    newcomer();
    pit.files().updateAgent("a", spec -> spec.withGateway(null));
    pit.round();
    assertTrue(pit.machine.starts.contains(new Start(NEWCOMER, 1)), pit.machine.starts::toString);
  }
}
