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

/** Revives real processes through a fake {@code systemctl}. */
@Timeout(60)
final class SystemdReviverTest {

  @TempDir Path home;
  private Units units;

  @BeforeEach
  void units() throws IOException {
    units = new Units(home);
  }

  @AfterEach
  void stopAgent() throws Exception {
    if (!units.commands().isEmpty()) {
      Reviver reviver = new Units(home).reviver();
      assertInstanceOf(
          StopOutcome.Gone.class,
          reviver.stop(StopOrder.anyIncarnation(Units.AGENT, Duration.ZERO)),
          "the agent still runs");
    }
  }

  private String failedStart(StartOrder order) {
    return assertThrows(IOException.class, () -> units.reviver().start(order)).getMessage();
  }

  private String unknown() throws Exception {
    return assertInstanceOf(Presence.Unknown.class, units.reviver().presence(Units.AGENT)).reason();
  }

  @Test
  void anAgentGetsItsVariablesWithAnyCharacters() throws Exception {
    Path cell = Files.createDirectory(home.resolve("a \"cell\" of $HOME `id` \\ 'x' #1 ü"));
    Path output = home.resolve("output");
    units.template("ExecStart=sh " + Files.writeString(home.resolve("agent"), agent(output)));
    units.reviver().start(Units.order(7, cell));
    awaitContent(output);
    assertEquals(
        List.of("7", "writer", cell.toString(), ""), Files.readAllLines(output).subList(0, 4));
  }

  private static String agent(Path output) {
    return """
    printf '%%s\\n' "$LAZARUS_INCARNATION" "$LAZARUS_AGENT_ID" "$LAZARUS_CELL" \
      "$LAZARUS_CHECKPOINT" >'%1$s.tmp'
    mv '%1$s.tmp' '%1$s'
    exec sleep 600
    """
        .formatted(output);
  }

  private static void awaitContent(Path file) {
    while (Files.notExists(file)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aVariableWithAControlCharacterIsRefused() {
    String message = failedStart(Units.order(1, home.resolve("two\nlines")));
    assertTrue(message.contains("has a control character"), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void theCommandsDifferInTheIdsOnly() throws Exception {
    units.values.put("systemctl", units.program("agents@host", "systemctl"));
    Reviver reviver = units.reviver();
    reviver.start(units.order(1));
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(Units.AGENT, Duration.ZERO)));
    String end = " -- " + Units.UNIT;
    List<String> changes = units.commands().stream().filter(it -> !it.startsWith("show ")).toList();
    assertEquals(
        List.of("reset-failed" + end, "start" + end, "kill --signal=SIGKILL" + end, "stop" + end),
        changes);
    assertTrue(units.commands().stream().allMatch(line -> line.endsWith(end)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a", "a b", "a;id", "$(id)", "a\n", "-a", "", "a/b", "a@b"})
  void anInvalidIdReachesNoCommand(String id) throws Exception {
    Reviver reviver = units.reviver();
    AgentRef agent = new AgentRef(new UUID(1, 2), id);
    assertThrows(IllegalArgumentException.class, () -> reviver.presence(agent));
    assertThrows(
        IllegalArgumentException.class,
        () -> reviver.stop(StopOrder.anyIncarnation(agent, Duration.ZERO)));
    assertEquals(List.of(), units.commands());
  }

  @ParameterizedTest
  @CsvSource({
    "KillMode=process, 'KillMode=process, expected control-group'",
    "SendSIGKILL=no, 'SendSIGKILL=no, expected yes'",
    "Restart=always, 'Restart=always, expected no'"
  })
  void aUnitWithAnUnsafeSettingIsNotStarted(String setting, String message) throws Exception {
    units.template("ExecStart=sleep 600", setting);
    assertEquals("unit is inactive, but its template has " + message, unknown());
    assertEquals(
        "not started: its presence is unknown: unit is inactive, but its template has " + message,
        failedStart(units.order(1)));
  }

  @ParameterizedTest
  @CsvSource({
    "exit 75, 75, 'unit is failed, exit-code, exit status 75'",
    "exit 0, 0, 'unit is inactive, success, exit status 0'",
    "kill -KILL $$, , 'unit is failed, signal, signal 9'"
  })
  void theExitOfAUnitIsReported(String last, Integer status, String detail) throws Exception {
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
  void aRunThatAnotherReviverStartedIsAnotherRun() throws Exception {
    Reviver reviver = units.reviver();
    RunningAgent first = reviver.start(units.order(4));
    Reviver other = units.reviver();
    other.stop(StopOrder.anyIncarnation(Units.AGENT, Duration.ZERO));
    other.start(units.order(5));
    Presence.Running seen = assertInstanceOf(Presence.Running.class, reviver.presence(Units.AGENT));
    assertEquals(5, seen.running().incarnation());
    assertEquals("unit was started again", first.exit().toCompletableFuture().join().detail());
    assertFalse(seen.running().exit().toCompletableFuture().isDone());
  }

  @Test
  void theIsolationOfACellIsRefused() {
    StartOrder plain = units.order(1);
    for (IsolationSpec isolation :
        List.of(isolation(IsolationLevel.LEVEL_1, false), isolation(IsolationLevel.NONE, true))) {
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
              isolation,
              plain.log(),
              plain.tokenFile());
      assertTrue(failedStart(order).startsWith("isolation: "), () -> failedStart(order));
    }
  }

  private static IsolationSpec isolation(IsolationLevel level, boolean network) {
    return new IsolationSpec(level, false, network, ResourceLimits.ABSENT, SecurityContext.ABSENT);
  }

  @Test
  void withoutAnAnswerOfSystemctlNoUnitIsStarted() throws Exception {
    units.values.put("systemctl", List.of("sh", "-c", "echo no bus; exit 1", "sh"));
    assertEquals("systemctl show: status 1, no bus", unknown());
    assertEquals(
        "not started: its presence is unknown: systemctl show: status 1, no bus",
        failedStart(units.order(1)));
    units.values.put("within", 1);
    units.values.put("systemctl", List.of("sh", "-c", "exec sleep 600", "sh"));
    assertEquals("systemctl show: no answer in time", unknown());
  }

  @Test
  void aMissingUnitIsReportedByName() throws Exception {
    units.values.put("template", "missing");
    String message = failedStart(units.order(1));
    assertTrue(message.contains("missing@"), message);
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
  void anInvalidSettingIsRefusedByName(String name, String value, String message) {
    units.values.put(name, value.equals("[]") ? List.of() : value);
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, units::reviver).getMessage());
  }
}
