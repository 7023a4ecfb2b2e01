package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandOverTest {
  private static final EffectivePolicies DEFAULTS = EffectivePolicies.DEFAULTS;

  private final MissionStore store;
  private final Path cell;
  private final CellEditor editor;

  HandOverTest(@TempDir Path root) throws IOException {
    store = MissionStore.open(root);
    cell = Cells.create(root).directory();
    editor = CellEditor.of(cell);
  }

  private void allow(HandoffApproval approval) throws IOException {
    editor.updatePolicies(
        policies -> new RevivalPolicies(null, null, null, true, approval, null, null));
    editor.updatePermissions(
        permissions ->
            new Permissions(
                Map.of(
                    "a1", grants(List.of("t2"), List.of("a2"), List.of()),
                    "a2", grants(List.of(), List.of(), List.of("a1")))));
  }

  private static Permissions.Grants grants(
      List<String> read, List<String> handoffTo, List<String> handoffFrom) {
    return new Permissions.Grants(read, List.of(), List.of(), handoffTo, handoffFrom);
  }

  private MissionCell load() {
    CellLoad load = store.load(cell);
    assertEquals(List.of(), load.problems());
    return load.cell().orElseThrow();
  }

  @Test
  void taskIsReassignedAndThePreviousAgentIsReleased() throws IOException {
    allow(HandoffApproval.AUTO);
    editor.updateAgent("a1", agent -> agent.withCurrentTask("t1"));
    assertEquals(new HandOver.Allowed(), editor.handOver("t1", "a1", "a2", DEFAULTS, false));
    MissionCell after = load();
    assertTrue(after.mayExecute("a2", "t1"));
    assertFalse(after.mayExecute("a1", "t1"));
    assertTrue(after.agents().values().stream().allMatch(agent -> agent.currentTask() == null));
  }

  @Test
  void manualApprovalWaitsForAnOperator() throws IOException {
    allow(HandoffApproval.MANUAL);
    assertEquals(new HandOver.NeedsApproval(), editor.handOver("t1", "a1", "a2", DEFAULTS, false));
    assertTrue(load().mayExecute("a1", "t1"));
    assertEquals(new HandOver.Allowed(), editor.handOver("t1", "a1", "a2", DEFAULTS, true));
    assertTrue(load().mayExecute("a2", "t1"));
  }

  @Test
  void everyReasonAgainstAHandOverIsNamed() throws IOException {
    editor.updateTask("t1", task -> task.completed(Cells.CREATED));
    assertEquals(
        new HandOver.Refused(
            List.of(
                "task t1 is completed",
                "task t1 is assigned to a1, not to a2",
                "agent ghost does not exist",
                "permissions.json does not let a2 hand over to ghost",
                "permissions.json does not let ghost take from a2",
                "handoff_allowed is false")),
        editor.handOver("t1", "a2", "ghost", DEFAULTS, true));
  }

  @Test
  void bothSidesMustAgree() throws IOException {
    allow(HandoffApproval.AUTO);
    editor.updatePermissions(permissions -> new Permissions(Map.of("a1", permissions.of("a1"))));
    assertEquals(
        new HandOver.Refused(List.of("permissions.json does not let a2 take from a1")),
        editor.handOver("t1", "a1", "a2", DEFAULTS, false));
  }

  @Test
  void failedAgentTakesNoTaskAndEndedMissionMovesNoTask() throws IOException {
    allow(HandoffApproval.AUTO);
    editor.updateAgent("a2", agent -> agent.withStatus(AgentStatus.FAILED));
    editor.updateConfig(config -> config.withStatus(CellStatus.FAILED));
    assertEquals(
        new HandOver.Refused(List.of("the mission is failed", "agent a2 is failed")),
        editor.handOver("t1", "a1", "a2", DEFAULTS, false));
  }

  @Test
  void accessWithoutAGrantIsRefusedExceptToTheAssignee() throws IOException {
    allow(HandoffApproval.AUTO);
    MissionCell loaded = load();
    assertTrue(loaded.mayRead("a1", "t1"));
    assertTrue(loaded.mayWrite("a1", "t1"));
    assertTrue(loaded.mayRead("a1", "t2"));
    assertFalse(loaded.mayWrite("a1", "t2"));
    assertFalse(loaded.mayExecute("a1", "t2"));
    assertFalse(loaded.mayRead("a2", "t1"));
    assertFalse(loaded.mayRead("ghost", "t1"));
  }
}
