package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProgramLookup;

/** Real keepers. Both ways of a start have to give an agent the same state. */
@Timeout(60)
final class KeeperTemplateTest {

  /** Prints the inherited state of a process. */
  private static final String SELF_PORTRAIT =
      """
      tr '\\0' '\\n' </proc/self/environ | sort
      pwd -P; umask
      for file in 0 1 2 3 4 5 6 7 8 9; do readlink /proc/$$/fd/$file; done
      grep -E '^Sig(Blk|Ign)' /proc/self/status
      cut -d' ' -f5,6 /proc/$$/stat | grep -c "^$$ $$\\$"
      printf '<%s>' "$@"
      """;

  private static final String HEAD =
      AgentRecord.head(7, OptionalLong.empty(), Optional.empty(), OptionalLong.empty());

  @TempDir Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();
  private KeeperTemplate template;

  private final KeeperTemplate.Listener listener =
      new KeeperTemplate.Listener() {
        @Override
        public void firstEnded(int status, boolean last) {
          reports.add("first " + status + (last ? " last" : ""));
        }

        @Override
        public void lastEnded() {
          reports.add("last");
        }

        @Override
        public void lost() {
          reports.add("lost");
        }
      };

  @BeforeEach
  void setUp() {
    template = new KeeperTemplate(ProgramLookup.ofThisMachine(), threads);
  }

  @AfterEach
  void tearDown() {
    template.close();
    threads.shutdownNow();
  }

  private ProcessBuilder builder(String log, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(Files.createDirectories(folder.resolve("place")).toFile());
    builder.environment().put("LINES", "one\ntwo 'quoted' $(touch planted)\n");
    builder.environment().put("PERL5LIB", "/nowhere");
    builder.redirectInput(Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    builder.redirectOutput(Redirect.appendTo(folder.resolve(log).toFile()));
    return builder;
  }

  private List<Path> locks() throws IOException {
    return files("one.lock", "two.lock");
  }

  private List<Path> records() throws IOException {
    return files("one.record", "two.record");
  }

  private List<Path> files(String... names) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      Path file = folder.resolve(name);
      if (Files.notExists(file)) {
        Files.createFile(file);
      }
      files.add(file);
    }
    return files;
  }

  private KeeperTemplate.Started start(ProcessBuilder builder, List<Path> locks)
      throws IOException, InterruptedException {
    return template.start("agent", builder, locks, records(), HEAD, listener).orElseThrow();
  }

  private String report() throws InterruptedException {
    return reports.poll(30, TimeUnit.SECONDS);
  }

  private static AgentRecord record(Path file) throws IOException {
    return AgentRecord.parse(Files.readString(file)).orElseThrow();
  }

  private static void kill(long pid) {
    ProcessHandle handle = ProcessHandle.of(pid).orElseThrow();
    handle.destroyForcibly();
    handle.onExit().join();
  }

  @Test
  void aKeptAgentHasTheSameStateAsAPlainStart() throws Exception {
    String[] command = {"sh", "-c", SELF_PORTRAIT, "sh", "a'b", "", "$(id)", "two\nlines", "GO"};
    ProcessBuilder plain = builder("log", command);
    plain.command(AgentLock.guard(locks(), records(), HEAD, plain.command()));
    assertEquals(0, plain.start().waitFor());
    String expected = Files.readString(folder.resolve("log"));
    Files.writeString(folder.resolve("log"), "");
    start(builder("log", command), locks());
    assertEquals("first 0 last", report());
    assertEquals(expected, Files.readString(folder.resolve("log")));
    assertTrue(expected.contains("one.lock") && expected.contains("two.lock"), expected);
    assertTrue(expected.endsWith("<a'b><><$(id)><two\nlines><GO>"), expected);
    assertFalse(Files.exists(folder.resolve("place").resolve("planted")));
  }

  @Test
  void bothWaysOfAStartWriteTheRecordBeforeTheAgentBegins() throws Exception {
    String[] command = {"cat", records().get(0).toString()};
    ProcessBuilder plain = builder("plain", command);
    plain.command(AgentLock.guard(locks(), records(), HEAD, plain.command()));
    Process process = plain.start();
    assertEquals(0, process.waitFor());
    AgentRecord begun = record(folder.resolve("plain"));
    assertEquals(7, begun.incarnation());
    assertEquals(process.pid(), begun.first().pid());
    assertTrue(begun.first().startTick() > 0);
    assertEquals(Optional.empty(), begun.keeper());
    KeeperTemplate.Started started = start(builder("kept", command), locks());
    assertEquals("first 0 last", report());
    AgentRecord kept = record(folder.resolve("kept"));
    assertEquals(started.first(), kept.first());
    assertEquals(Optional.of(started.keeper()), kept.keeper());
    assertEquals(OptionalInt.empty(), kept.ended());
    assertFalse(kept.gone());
  }

  @Test
  void theStatusOfTheFirstProcessAndTheEndOfTheLastAreRecorded() throws Exception {
    start(builder("log", "sh", "-c", "exit 75"), locks());
    assertEquals("first " + (75 << 8) + " last", report());
    for (Path file : records()) {
      assertEquals(OptionalInt.of(75 << 8), record(file).ended());
      assertTrue(record(file).gone());
      assertEquals(Optional.of(AgentRecord.Proof.KEEPER), record(file).proof());
    }
  }

  /** The orphan has no mark, no descriptor, and a session of its own. */
  @Test
  void anOrphanIsAdoptedAndItsEndAwaited() throws Exception {
    String orphan = "setsid env -i sh -c 'exec 3>&- 4>&-; echo $$ >orphan; exec sleep 600' & ";
    String script = orphan + "while [ ! -s orphan ]; do sleep 0.01; done; exit 3";
    KeeperTemplate.Started started = start(builder("log", "sh", "-c", script), locks());
    assertEquals("first " + (3 << 8), report());
    AgentRecord record = record(records().get(0));
    assertEquals(OptionalInt.of(3 << 8), record.ended());
    assertFalse(record.gone());
    long pid = Long.parseLong(Files.readString(folder.resolve("place").resolve("orphan")).strip());
    assertEquals(started.keeper().pid(), ProcFs.stat(pid).orElseThrow().parent());
    kill(pid);
    assertEquals("last", report());
    assertTrue(record(records().get(0)).gone());
  }

  @Test
  void aKilledKeeperIsReportedAndLeavesNoProof() throws Exception {
    KeeperTemplate.Started started = start(builder("log", "sleep", "600"), locks());
    kill(started.keeper().pid());
    assertEquals("lost", report());
    assertTrue(started.first().runs());
    assertEquals(Optional.empty(), record(records().get(0)).proof());
    kill(started.first().pid());
  }

  @Test
  void aKeeperIgnoresSignalsThatEndAProgram() throws Exception {
    KeeperTemplate.Started started = start(builder("log", "sleep", "600"), locks());
    for (String signal : List.of("HUP", "INT", "QUIT", "TERM", "PIPE")) {
      String command = "kill -s " + signal + " " + started.keeper().pid();
      assertEquals(0, new ProcessBuilder("sh", "-c", command).start().waitFor());
    }
    kill(started.first().pid());
    assertEquals("first 9 last", report());
  }

  @Test
  void keepersOutliveTheTemplateAndGoOnWithTheirRecords() throws Exception {
    KeeperTemplate.Started started = start(builder("log", "sleep", "600"), locks());
    long pid = ProcFs.stat(started.keeper().pid()).orElseThrow().parent();
    kill(pid);
    assertEquals("lost", report());
    kill(started.first().pid());
    ProcessHandle.of(started.keeper().pid()).ifPresent(keeper -> keeper.onExit().join());
    assertTrue(record(records().get(0)).gone());
    start(builder("log", "true"), locks());
    assertEquals("first 0 last", report());
  }

  @Test
  void variablesThatNoShellPassesOnArriveToo() throws Exception {
    ProcessBuilder builder = builder("log", "env");
    builder.environment().put("dotted.name", "42");
    start(builder, locks());
    assertEquals("first 0 last", report());
    assertTrue(Files.readString(folder.resolve("log")).contains("\ndotted.name=42\n"));
  }

  @Test
  void aPartOfAMessageStartsNoAgent() throws Exception {
    List<String> fields =
        List.of(
            "1",
            "agent",
            locks().get(0).toString(),
            "",
            records().get(0).toString(),
            "",
            HEAD,
            folder.toString(),
            folder.resolve("log").toString(),
            "0",
            "/bin/touch",
            folder.resolve("begun").toString());
    byte[] message = KeeperTemplate.encode(fields).orElseThrow();
    for (int length : List.of(0, 1, 3, message.length / 2, message.length - 1)) {
      Process cut = script();
      try (OutputStream pipe = cut.getOutputStream()) {
        pipe.write(message, 0, length);
      }
      assertEquals("0 ready\n", new String(cut.getInputStream().readAllBytes(), UTF_8));
    }
    assertFalse(Files.exists(folder.resolve("begun")));
    Process whole = script();
    try (OutputStream pipe = whole.getOutputStream()) {
      pipe.write(message);
      pipe.flush();
      assertEquals("0 ready", whole.inputReader().readLine());
      assertTrue(whole.inputReader().readLine().startsWith("1 started "));
      assertEquals("1 gone 0", whole.inputReader().readLine());
    }
    assertTrue(Files.exists(folder.resolve("begun")));
  }

  private static Process script() throws IOException {
    return new ProcessBuilder("setsid", "perl", "-e", HelperScript.read("keeper.pl"), "2").start();
  }

  @Test
  void theScriptsAreWellFormed() throws Exception {
    CommandExecution perl = Scripts.check("perl", "-c", "keeper.pl", folder);
    assertTrue(perl.succeeded(), perl::describe);
    assertTrue(perl.output().endsWith("syntax OK"), perl::output);
    CommandExecution sh = Scripts.check("sh", "-n", "record-agent.sh", folder);
    assertTrue(sh.succeeded(), sh::describe);
  }

  @Test
  void withoutPerlThereAreNoKeepers() throws Exception {
    try (KeeperTemplate none = new KeeperTemplate(new ProgramLookup(List.of()), threads)) {
      none.warmUp();
      assertTrue(
          none.start("a", builder("log", "true"), locks(), records(), HEAD, listener).isEmpty());
    }
  }

  @Test
  void aClosedTemplateStartsNoAgent() throws Exception {
    template.close();
    assertThrows(IOException.class, () -> start(builder("log", "touch", "begun"), locks()));
    assertFalse(Files.exists(folder.resolve("place").resolve("begun")));
  }

  @Test
  void aMissingCommandIsReportedInTheLog() throws Exception {
    start(builder("log", "/no/such/program"), locks());
    assertEquals("first " + (69 << 8) + " last", report());
    assertEquals(
        "/no/such/program: No such file or directory\n",
        Files.readString(folder.resolve("log"), UTF_8));
  }

  @Test
  void aLinkPlantedAsTheLogIsNotFollowed() throws Exception {
    Path outside = Files.createFile(folder.resolve("outside"));
    Files.createSymbolicLink(folder.resolve("log"), outside);
    start(builder("log", "echo", "leaked"), locks());
    assertEquals("first " + (69 << 8) + " last", report());
    assertEquals(Map.of("size", 0L), Files.readAttributes(outside, "size"));
  }

  @Test
  void aHeldLockRefusesTheStart() throws Exception {
    for (Path lock : locks()) {
      Process holder =
          new ProcessBuilder(
                  "flock", "-F", lock.toString(), "sh", "-c", "echo held; exec sleep 600")
              .start();
      assertEquals("held", holder.inputReader(UTF_8).readLine());
      IOException refused =
          assertThrows(IOException.class, () -> start(builder("log", "touch", "begun"), locks()));
      assertTrue(refused.getMessage().startsWith("refused by the kernel"), refused::getMessage);
      holder.destroyForcibly().waitFor();
    }
    assertFalse(Files.exists(folder.resolve("place").resolve("begun")));
  }
}
