package org.lazaruspit.pit.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProcFs.ProcessId;

final class AgentRecordTest {

  private static final ProcessId SELF =
      ProcFs.stat(ProcessHandle.current().pid()).orElseThrow().id();

  private static final String START =
      AgentRecord.head(
              3, OptionalLong.of(1000), Optional.of(Path.of("/none")), OptionalLong.empty())
          + "keeper 10 20\nfirst %d %d\n".formatted(SELF.pid(), SELF.startTick());

  @Test
  void theWholeRecordIsRead() {
    AgentRecord record = AgentRecord.parse(START + "ended 9\ngone\n").orElseThrow();
    assertEquals(3, record.incarnation());
    assertEquals(OptionalLong.of(1000), record.uid());
    assertEquals(Optional.of(Path.of("/none")), record.group());
    assertEquals(Optional.of(new ProcessId(10, 20)), record.keeper());
    assertEquals(SELF, record.first());
    assertEquals(OptionalInt.of(9), record.ended());
    assertTrue(record.gone());
  }

  @Test
  void aMissingGroupIsEmptyAndProvesTheEndOnceTheFirstProcessHasEnded() {
    assertEquals(Optional.empty(), AgentRecord.parse(START).orElseThrow().proof());
    String ended = START.replaceFirst("first .*", "first " + SELF.pid() + " 1");
    assertEquals(
        Optional.of(AgentRecord.Proof.GROUP), AgentRecord.parse(ended).orElseThrow().proof());
  }

  @Test
  void withoutAGroupTheKeeperHasTheProof() {
    String start = START.replaceFirst("group .*\n", "");
    assertEquals(Optional.empty(), AgentRecord.parse(start + "ended 9\n").orElseThrow().proof());
    assertEquals(
        Optional.of(AgentRecord.Proof.KEEPER),
        AgentRecord.parse(start + "ended 9\ngone\n").orElseThrow().proof());
  }

  @Test
  void aRestartOfTheMachineProvesTheEndAndItsPidsAreOthers() {
    String other = START.replaceFirst("boot .*", "boot other");
    AgentRecord record = AgentRecord.parse(other).orElseThrow();
    assertEquals(Optional.of(AgentRecord.Proof.BOOT), record.proof());
    assertFalse(record.firstRuns());
    assertTrue(AgentRecord.parse(START).orElseThrow().firstRuns());
  }

  @Test
  void aRestartOfAnotherMachineProvesNothing() {
    String other = START.replaceFirst("boot .*", "boot other").replaceFirst("host .*", "host b");
    assertEquals(Optional.empty(), AgentRecord.parse(other).orElseThrow().proof());
  }

  @Test
  void anUnprovenEndIsCarriedOnUntilARestartOfTheMachine() {
    String start = START.replaceFirst("group .*\n", "");
    AgentRecord killedKeeper = AgentRecord.parse(start).orElseThrow();
    assertEquals(OptionalLong.of(3), killedKeeper.unprovenForNext());
    AgentRecord next = AgentRecord.parse(start + "unproven 2\ngone\n").orElseThrow();
    assertEquals(Optional.empty(), next.proof());
    assertEquals(OptionalLong.of(2), next.unprovenForNext());
    AgentRecord later =
        AgentRecord.parse(start.replaceFirst("boot .*", "boot other") + "unproven 2\n")
            .orElseThrow();
    assertEquals(OptionalLong.empty(), later.unprovenForNext());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host h\nboot b\nincarnation 1\n",
        "boot b\nincarnation 1\nfirst 1 2\n",
        "host h\nboot b\nincarnation -1\nfirst 1 2\n",
        "host h\nboot b\nincarnation 1000000001\nfirst 1 2\n",
        "host h\nboot b\nincarnation 99999999999999999999\nfirst 1 2\n",
        "host h\nboot b\nincarnation 1\nfirst 1\n",
        "host h\nincarnation 1\nfirst 1 2\n"
      })
  void anIncompleteOrInvalidRecordIsNone(String text) {
    assertEquals(Optional.empty(), AgentRecord.parse(text));
  }

  @Property
  void noTextBreaksTheReader(@ForAll String text) {
    assertTrue(AgentRecord.parse(text).isEmpty() || text.contains("boot"));
  }
}
