package org.lazaruspit.pit.internal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
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
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.CommandRunner;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Real commands, for a file in place of the agent, or for a process where that matters. */
@Timeout(60)
final class CommandReviverTest {

  private static final UUID CELL = new UUID(1, 2);
  private static final AgentRef AGENT = new AgentRef(CELL, "writer");

  @TempDir Path folder;
  private final Map<String, Object> values = new HashMap<>();
  private Path alive;

  @BeforeEach
  void commands() {
    alive = folder.resolve("alive");
    values.put("start", script("touch \"$ALIVE\""));
    values.put("start_within", 1);
    values.put("stop", script("rm -f \"$ALIVE\""));
    values.put("presence", script("test -e \"$ALIVE\" || exit 3"));
  }

  private List<String> script(String text, String... arguments) {
    ArrayList<String> command =
        new ArrayList<>(List.of("sh", "-c", text.replace("$ALIVE", alive.toString()), "sh"));
    command.addAll(List.of(arguments));
    return command;
  }

  private Reviver reviver() {
    return new CommandReviver().configured(new Settings(values, folder.resolve("state")));
  }

  private StartOrder isolatedOrder(IsolationSpec isolation) {
    StartOrder open = order(1);
    return new StartOrder(
        AGENT,
        1,
        folder,
        open.checkpoint(),
        open.gateway(),
        open.heartbeatUrl(),
        open.launcher(),
        folder,
        isolation,
        open.log(),
        Optional.empty());
  }

  private StartOrder order(long incarnation) {
    return new StartOrder(
        AGENT,
        incarnation,
        folder,
        Optional.of(folder.resolve("kept")),
        Optional.of(new GatewayAddress("g", URI.create("http://h:1"), null)),
        Optional.of(URI.create("http://h:1/heartbeat/writer?incarnation=" + incarnation)),
        Optional.empty(),
        folder.resolve("writer.log"));
  }

  private String refusal(Executable refused) {
    return assertThrows(IOException.class, refused::run).getMessage();
  }

  private interface Executable {
    void run() throws Exception;
  }

  @Test
  void anAgentIsStartedSeenAndStopped() throws Exception {
    Reviver reviver = reviver();
    assertInstanceOf(Presence.Absent.class, reviver.presence(AGENT));
    RunningAgent running = reviver.start(order(4));
    assertEquals(4, running.incarnation());
    Presence.Running seen = assertInstanceOf(Presence.Running.class, reviver.presence(AGENT));
    assertEquals(running, seen.running());
    assertFalse(running.exit().toCompletableFuture().isDone());
    assertEquals(
        new StopOutcome.Gone("its presence command ended with status 3"),
        reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    assertTrue(running.exit().toCompletableFuture().isDone());
  }

  @Test
  void anotherPitKnowsTheIncarnationThatWasStartedLast() throws Exception {
    reviver().start(order(7));
    Presence.Running found = assertInstanceOf(Presence.Running.class, reviver().presence(AGENT));
    assertEquals(7, found.running().incarnation());
  }

  @Test
  void aRecordOutsideOfTheRangeIsNoKnownIncarnation() throws Exception {
    reviver().start(order(7));
    try (Stream<Path> files = Files.walk(folder)) {
      Path recorded =
          files.filter(file -> file.toString().endsWith(".incarnation")).findFirst().orElseThrow();
      Files.writeString(recorded, "1000000001\n");
    }
    Presence.Running found = assertInstanceOf(Presence.Running.class, reviver().presence(AGENT));
    assertEquals(0, found.running().incarnation());
  }

  @Test
  void anAgentThatThisPitNeverStartedHasNoKnownIncarnation() throws Exception {
    Files.createFile(alive);
    Presence.Running found = assertInstanceOf(Presence.Running.class, reviver().presence(AGENT));
    assertEquals(0, found.running().incarnation());
  }

  @Test
  void aDeathIsNoticedByTheNextCall() throws Exception {
    Reviver reviver = reviver();
    RunningAgent running = reviver.start(order(1));
    Files.delete(alive);
    assertFalse(running.exit().toCompletableFuture().isDone());
    assertInstanceOf(Presence.Absent.class, reviver.presence(AGENT));
    assertEquals(
        "its presence command ended with status 3",
        running.exit().toCompletableFuture().join().detail());
  }

  @Test
  void argumentsAreReplacedAndNoShellSeesThem() throws Exception {
    values.put(
        "start",
        script(
            "printf '%s\\n' \"$@\" >seen; env | grep ^LAZARUS_ | sort >>seen; touch \"$ALIVE\""
                .replace("seen", folder.resolve("seen").toString()),
            "{agent_id}",
            "{cell_id}",
            "{incarnation}",
            "{checkpoint}",
            "{cell}",
            "{gateway}",
            "$(touch hacked); *"));
    reviver().start(order(3));
    assertEquals(
        List.of(
            "writer",
            CELL.toString(),
            "3",
            folder + "/kept",
            folder.toString(),
            "http://h:1",
            "$(touch hacked); *",
            "LAZARUS_AGENT_ID=writer",
            "LAZARUS_CELL=" + folder,
            "LAZARUS_CHECKPOINT=" + folder + "/kept",
            "LAZARUS_GATEWAY=http://h:1",
            "LAZARUS_HEARTBEAT_FILE=" + order(3).heartbeatFile(),
            "LAZARUS_HEARTBEAT_URL=http://h:1/heartbeat/writer?incarnation=3",
            "LAZARUS_INCARNATION=3",
            "LAZARUS_TOKEN_FILE="),
        Files.readAllLines(folder.resolve("seen")));
  }

  @ParameterizedTest
  @CsvSource({
    "0, Running",
    "1, Absent",
    "3, Absent",
    "2, Unknown",
    "4, Unknown",
    "127, Unknown",
    "255, Unknown"
  })
  void presenceFollowsFromTheExitStatus(int status, String kind) throws Exception {
    values.put("presence", script("echo some words; exit " + status));
    Presence presence = reviver().presence(AGENT);
    assertEquals(kind, presence.getClass().getSimpleName());
    if (presence instanceof Presence.Unknown unknown) {
      assertEquals(
          "its presence command ended with status " + status + ": some words", unknown.reason());
    }
  }

  @Test
  void theStatusesThatProveAbsenceAreTheOperatorsChoice() throws Exception {
    values.put("absent", List.of(7));
    values.put("presence", script("exit 3"));
    assertInstanceOf(Presence.Unknown.class, reviver().presence(AGENT));
    values.put("presence", script("exit 7"));
    assertInstanceOf(Presence.Absent.class, reviver().presence(AGENT));
  }

  @Test
  void aPresenceCommandThatFailsOrDoesNotEndProvesNothing() throws Exception {
    values.put("presence", List.of("/no/such/program"));
    Presence.Unknown unknown = assertInstanceOf(Presence.Unknown.class, reviver().presence(AGENT));
    assertTrue(unknown.reason().startsWith("its presence command cannot be run: "));
    values.put("presence", script("echo $$ >'" + folder.resolve("pid") + "'; exec sleep 600"));
    values.put("presence_within", 1);
    assertEquals(
        new Presence.Unknown("its presence command did not end in time"),
        reviver().presence(AGENT));
    long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    ProcessHandle.of(pid).ifPresent(left -> left.onExit().join());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void noAgentIsStartedWhereOneMayRun(int status) {
    values.put("presence", script("exit " + status));
    assertTrue(refusal(() -> reviver().start(order(1))).startsWith("not started a second time: "));
    assertFalse(Files.exists(alive));
  }

  @Test
  void anAgentWithIsolationIsNotStarted() {
    for (IsolationSpec isolation :
        List.of(
            new IsolationSpec(
                IsolationLevel.LEVEL_1,
                false,
                false,
                ResourceLimits.ABSENT,
                SecurityContext.ABSENT),
            new IsolationSpec(null, false, true, ResourceLimits.ABSENT, SecurityContext.ABSENT))) {
      assertEquals(
          "isolation: the command reviver builds no sandbox, the cell must require none",
          refusal(() -> reviver().start(isolatedOrder(isolation))));
    }
    assertFalse(Files.exists(alive));
  }

  @Test
  void aFailedStartReportsTheOutputOfItsCommand() {
    values.put("start", script("echo no such unit >&2; exit 5"));
    assertEquals(
        "its start command ended with status 5: no such unit",
        refusal(() -> reviver().start(order(1))));
  }

  @Test
  void aStartCountsOnlyWhenTheAgentIsPresent() {
    values.put("start", script("echo started"));
    assertEquals(
        "its start command ended with status 0: started, but the agent is not present",
        refusal(() -> reviver().start(order(1))));
  }

  @Test
  void withoutAStopCommandNoAgentIsStopped() throws Exception {
    values.remove("stop");
    Reviver reviver = reviver();
    reviver.start(order(1));
    assertEquals(
        new StopOutcome.StillThere(
            "running according to its presence command, and no stop command is configured"),
        reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    assertTrue(Files.exists(alive));
  }

  @Test
  void aStopCountsOnlyWhenTheAgentIsAbsent() throws Exception {
    values.put("stop", script("echo done"));
    values.put("stop_within", 1);
    Reviver reviver = reviver();
    reviver.start(order(1));
    assertEquals(
        new StopOutcome.StillThere(
            "its stop command ended with status 0: done, and then: running according to its presence"
                + " command"),
        reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
  }

  @Test
  void anAgentOfUnknownPresenceIsStoppedToo() throws Exception {
    values.put("presence", script("test -e \"$ALIVE\" && exit 4; exit 3"));
    Files.createFile(alive);
    assertInstanceOf(
        StopOutcome.Gone.class, reviver().stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)));
    assertFalse(Files.exists(alive));
  }

  @Test
  void longOutputOfACommandIsReadAndItsBeginningKept() throws Exception {
    CommandExecution run =
        new CommandRunner(Duration.ofSeconds(60), 2000)
            .run(List.of("sh", "-c", "yes long | head -c 3000000; exit 9"), Map.of());
    assertEquals(9, run.status());
    assertTrue(run.output().startsWith("long\nlong"), run::output);
    assertTrue(run.output().length() <= 2000, () -> run.output().length() + " characters");
  }

  @Test
  void aChildThatTheStartCommandLeavesBehindBlocksNoCallAndRunsOn() throws Exception {
    values.put("start", script("sleep 600 & echo $! >\"$ALIVE\""));
    Reviver reviver = reviver();
    reviver.start(order(1));
    long child = Long.parseLong(Files.readString(alive).strip());
    ProcessHandle left = ProcessHandle.of(child).orElseThrow();
    try {
      assertTrue(left.isAlive());
    } finally {
      left.destroyForcibly();
    }
  }

  @Test
  void anInterruptEndsThePresenceCommand() {
    values.put("presence", script("exec sleep 600"));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> reviver().presence(AGENT));
    assertFalse(Thread.interrupted());
  }

  @Test
  void oneAgentHasOneExitHoweverOftenItIsAskedFor() throws Exception {
    Reviver reviver = reviver();
    reviver.start(order(1));
    Presence.Running one = assertInstanceOf(Presence.Running.class, reviver.presence(AGENT));
    Presence.Running two = assertInstanceOf(Presence.Running.class, reviver.presence(AGENT));
    assertSame(one.running().exit(), two.running().exit());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          presence | none      | setting presence: not given, expected a program and its arguments
          start    | none      | setting start: not given, expected a program and its arguments
          start    | empty     | launcher of the command reviver: its command is empty, expected a program and its arguments
          stop     | empty     | setting stop: empty, expected a program and its arguments
          stop     | text      | setting stop: x is not a list of texts
          stop     | number    | setting stop: [1] is not a list of texts
          presence | {cell}    | setting presence: {cell} is not known there, only {agent_id} and {cell_id}
          start    | {what}    | launcher of the command reviver: {what} is no placeholder, expected one of [agent_id, cell, cell_id, checkpoint, gateway, incarnation]
          absent   | number    | setting absent: [1000] is not a list of exit statuses from 1 to 125
          absent   | text      | setting absent: x is not a list of exit statuses from 1 to 125
          stop_within | text   | setting stop_within: x is not a whole number
          stop_within | zero   | setting stop_within: 0 is not a number of seconds from 1 to 86400
          stopp    | text      | setting stopp: unknown, expected one of [absent, presence, presence_within, start, start_within, stop, stop_within]
          """)
  void aSettingThatCannotBeUsedIsRefusedByName(String name, String value, String message) {
    switch (value) {
      case "none" -> values.remove(name);
      case "empty" -> values.put(name, List.of());
      case "text" -> values.put(name, "x");
      case "number" -> values.put(name, List.of(name.equals("absent") ? 1000 : 1));
      case "zero" -> values.put(name, 0);
      default -> values.put(name, List.of("true", value));
    }
    assertEquals(message, assertThrows(IllegalArgumentException.class, this::reviver).getMessage());
  }
}
