package org.lazaruspit.examples.reviver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Real processes, kept by a stand-in for systemctl. */
@Timeout(60)
final class SystemdReviverTest {

  @TempDir Path home;
  private Units units;

  @BeforeEach
  void units() throws IOException {
    units = new Units(home);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    if (!units.asked().isEmpty()) {
      Reviver reviver = new Units(home).reviver();
      assertInstanceOf(
          StopOutcome.Gone.class,
          reviver.stop(StopOrder.whatever(Units.AGENT, Duration.ZERO)),
          "is left");
    }
  }

  private String refused(StartOrder order) {
    return assertThrows(IOException.class, () -> units.reviver().start(order)).getMessage();
  }

  private String unknown() throws Exception {
    return assertInstanceOf(Presence.Unknown.class, units.reviver().presence(Units.AGENT)).reason();
  }

  @Test
  void anAgentIsToldWhoItIsWhateverCharactersThatTakes() throws Exception {
    Path cell = Files.createDirectory(home.resolve("a \"cell\" of $HOME `id` \\ 'x' #1 ü"));
    Path said = home.resolve("said");
    units.template("ExecStart=sh " + Files.writeString(home.resolve("agent"), agent(said)));
    units.reviver().start(Units.order(7, cell));
    awaitContent(said);
    assertEquals(
        List.of("7", "writer", cell.toString(), ""), Files.readAllLines(said).subList(0, 4));
  }

  private static String agent(Path said) {
    return """
    printf '%%s\\n' "$LAZARUS_INCARNATION" "$LAZARUS_AGENT_ID" "$LAZARUS_CELL" \
      "$LAZARUS_CHECKPOINT" >'%1$s.tmp'
    mv '%1$s.tmp' '%1$s'
    exec sleep 600
    """
        .formatted(said);
  }

  private static void awaitContent(Path file) {
    while (Files.notExists(file)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whatNoFileCanTellIsRefused() {
    String message = refused(Units.order(1, home.resolve("two\nlines")));
    assertTrue(message.contains("has a control character"), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void theIdsAreAllThatChangesInACommand() throws Exception {
    units.values.put("systemctl", units.program("agents@host", "systemctl"));
    Reviver reviver = units.reviver();
    reviver.start(units.order(1));
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.whatever(Units.AGENT, Duration.ZERO)));
    String end = " -- " + Units.UNIT;
    List<String> changes = units.asked().stream().filter(it -> !it.startsWith("show ")).toList();
    assertEquals(
        List.of("reset-failed" + end, "start" + end, "kill --signal=SIGKILL" + end, "stop" + end),
        changes);
    assertTrue(units.asked().stream().allMatch(line -> line.endsWith(end)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a", "a b", "a;id", "$(id)", "a\n", "-a", "", "a/b", "a@b"})
  void anIdThatIsNoneReachesNoCommand(String id) throws Exception {
    Reviver reviver = units.reviver();
    AgentRef agent = new AgentRef(new UUID(1, 2), id);
    assertThrows(IllegalArgumentException.class, () -> reviver.presence(agent));
    assertThrows(
        IllegalArgumentException.class,
        () -> reviver.stop(StopOrder.whatever(agent, Duration.ZERO)));
    assertEquals(List.of(), units.asked());
  }

  @ParameterizedTest
  @CsvSource({
    "KillMode=process, 'KillMode=process, expected control-group'",
    "SendSIGKILL=no, 'SendSIGKILL=no, expected yes'",
    "Restart=always, 'Restart=always, expected no'"
  })
  void aUnitWhoseEndProvesNothingIsNotStarted(String setting, String message) throws Exception {
    units.template("ExecStart=sleep 600", setting);
    assertEquals("its unit is inactive, but has " + message, unknown());
    assertEquals(
        "not started a second time: nobody knows whether it runs, its unit is inactive, but has "
            + message,
        refused(units.order(1)));
  }

  @ParameterizedTest
  @CsvSource({
    "exit 75, 75, 'its unit is failed, exit-code, exit status 75'",
    "exit 0, 0, 'its unit is inactive, success, exit status 0'",
    "kill -KILL $$, , 'its unit is failed, signal, signal 9'"
  })
  void howItEndedIsTold(String last, Integer status, String detail) throws Exception {
    Path go = home.resolve("go");
    String agent = "until [ -e '%s' ]; do sleep 0.01; done; %s".formatted(go, last);
    units.template("ExecStart=sh " + Files.writeString(home.resolve("agent"), agent));
    Reviver reviver = units.reviver();
    RunningAgent running = reviver.start(units.order(1));
    Files.createFile(go);
    Presence presence = reviver.presence(Units.AGENT);
    while (presence instanceof Presence.Running) {
      presence = reviver.presence(Units.AGENT);
    }
    Presence.Absent absent = assertInstanceOf(Presence.Absent.class, presence);
    assertEquals(detail, absent.evidence());
    assertEquals(absent.exit(), Optional.of(running.exit().toCompletableFuture().join()));
    assertEquals(
        status == null ? OptionalInt.empty() : OptionalInt.of(status),
        absent.exit().orElseThrow().status());
  }

  @Test
  void aRunThatSomebodyElseBeganIsAnotherRun() throws Exception {
    Reviver reviver = units.reviver();
    RunningAgent first = reviver.start(units.order(4));
    Reviver other = units.reviver();
    other.stop(StopOrder.whatever(Units.AGENT, Duration.ZERO));
    other.start(units.order(5));
    Presence.Running seen = assertInstanceOf(Presence.Running.class, reviver.presence(Units.AGENT));
    assertEquals(5, seen.running().incarnation());
    assertEquals("its unit was started anew", first.exit().toCompletableFuture().join().detail());
    assertFalse(seen.running().exit().toCompletableFuture().isDone());
  }

  @Test
  void wallsThatAUnitDoesNotGetFromTheCellAreRefused() {
    StartOrder plain = units.order(1);
    for (IsolationSpec walls :
        List.of(walls(IsolationLevel.LEVEL_1, false), walls(IsolationLevel.NONE, true))) {
      StartOrder order =
          new StartOrder(
              plain.agent(),
              1,
              plain.cellDirectory(),
              plain.checkpoint(),
              plain.gateway(),
              plain.heartbeatUrl(),
              plain.launcher(),
              plain.missionsRoot(),
              walls,
              plain.log(),
              plain.tokenFile());
      assertTrue(refused(order).startsWith("isolation: "), () -> refused(order));
    }
  }

  private static IsolationSpec walls(IsolationLevel level, boolean network) {
    return new IsolationSpec(level, false, network, ResourceLimits.ABSENT, SecurityContext.ABSENT);
  }

  @Test
  void whereSystemctlCannotTellNothingIsStarted() throws Exception {
    units.values.put("systemctl", List.of("sh", "-c", "echo no bus; exit 1", "sh"));
    assertEquals("systemctl show: status 1, no bus", unknown());
    assertEquals(
        "not started a second time: nobody knows whether it runs, systemctl show: status 1, no bus",
        refused(units.order(1)));
    units.values.put("within", 1);
    units.values.put("systemctl", List.of("sh", "-c", "exec sleep 600", "sh"));
    assertEquals("systemctl show: did not end in time", unknown());
  }

  @Test
  void aUnitThatIsNotThereIsNamed() throws Exception {
    units.values.put("template", "nobody");
    String message = refused(units.order(1));
    assertTrue(message.contains("nobody@"), message);
    assertTrue(message.contains("not found"), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          systemctl | text   | setting systemctl: text is not a list of texts
          systemctl | []     | setting systemctl: empty, expected a program
          template  | a@b    | setting template: a@b is not the name of a unit, without @ and suffix
          template  | -a     | setting template: -a is not the name of a unit, without @ and suffix
          within    | text   | setting within: text is not a whole number
          unit      | text   | setting unit: unknown, expected one of [systemctl, template, within]
          """)
  void aSettingThatCannotBeUsedIsRefusedByName(String name, String value, String message) {
    units.values.put(name, value.equals("[]") ? List.of() : value);
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, units::reviver).getMessage());
  }
}
