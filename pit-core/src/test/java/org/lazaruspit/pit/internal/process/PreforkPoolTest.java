package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.os.ProgramLookup;

/** Both ways of a start have to give an agent the same state. */
@Timeout(60)
final class PreforkPoolTest {

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

  @TempDir Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private PreforkPool pool;

  @BeforeEach
  void setUp() {
    pool = new PreforkPool(ProgramLookup.ofThisMachine(), threads);
  }

  @AfterEach
  void tearDown() {
    pool.close();
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
    List<Path> locks = List.of(folder.resolve("one.lock"), folder.resolve("two.lock"));
    for (Path lock : locks) {
      if (Files.notExists(lock)) {
        Files.createFile(lock);
      }
    }
    return locks;
  }

  @Test
  void aPreforkedProcessBecomesTheSameAgentAsAPlainStart() throws Exception {
    String[] command = {"sh", "-c", SELF_PORTRAIT, "sh", "a'b", "", "$(id)", "two\nlines", "GO"};
    ProcessBuilder plain = builder("log", command);
    plain.command(AgentLock.guard(locks(), plain.command()));
    assertEquals(0, plain.start().waitFor());
    String expected = Files.readString(folder.resolve("log"));
    Files.writeString(folder.resolve("log"), "");
    pool.fill();
    ProcessBuilder preforked = builder("log", command);
    assertEquals(0, pool.start(preforked, locks()).orElseThrow().waitFor());
    assertEquals(expected, Files.readString(folder.resolve("log")));
    assertTrue(expected.contains("one.lock") && expected.contains("two.lock"), expected);
    assertTrue(expected.endsWith("<a'b><><$(id)><two\nlines><GO>"), expected);
    assertFalse(Files.exists(folder.resolve("place").resolve("planted")));
  }

  @Test
  void variablesThatNoShellPassesOnArriveToo() throws Exception {
    ProcessBuilder builder = builder("log", "env");
    builder.environment().put("dotted.name", "42");
    pool.fill();
    assertEquals(0, pool.start(builder, locks()).orElseThrow().waitFor());
    assertTrue(Files.readString(folder.resolve("log")).contains("\ndotted.name=42\n"));
  }

  @Test
  void aPartOfAMessageStartsNoAgent() throws Exception {
    byte[] message = PreforkPool.encode(builder("log", "touch", "begun", "GO"), locks()).get();
    for (int cut : List.of(0, 1, message.length / 2, message.length - 4, message.length - 1)) {
      pool.fill();
      Process process = pool.take();
      try (OutputStream pipe = process.getOutputStream()) {
        pipe.write(message, 0, cut);
      }
      assertEquals(0, process.waitFor());
    }
    assertFalse(Files.exists(folder.resolve("place").resolve("begun")));
    pool.fill();
    Process process = pool.take();
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write(message);
    }
    assertEquals(0, process.waitFor());
    assertTrue(Files.exists(folder.resolve("place").resolve("begun")));
  }

  @Test
  void aProcessThatWasKilledWhileIdleIsSkipped() throws Exception {
    pool.fill();
    Process dead = pool.take();
    dead.destroyForcibly().waitFor();
    Process alive = pool.take();
    pool.putBack(alive);
    pool.putBack(dead);
    assertEquals(alive, pool.start(builder("log", "true"), locks()).orElseThrow());
    assertEquals(0, alive.waitFor());
  }

  @Test
  void thePoolIsEmptyAfterItsEndAndWithoutPerl() throws Exception {
    pool.fill();
    List<Process> all = new ArrayList<>(List.of(pool.take(), pool.take()));
    all.forEach(pool::putBack);
    pool.close();
    for (Process process : all) {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    }
    pool.fill();
    assertTrue(pool.start(builder("log", "true"), locks()).isEmpty());
    try (PreforkPool withoutPerl = new PreforkPool(new ProgramLookup(List.of()), threads)) {
      withoutPerl.fill();
      assertTrue(withoutPerl.start(builder("log", "true"), locks()).isEmpty());
    }
  }

  @Test
  void aMissingCommandIsReportedInTheLog() throws Exception {
    pool.fill();
    Process gone = pool.start(builder("log", "/no/such/program"), locks()).orElseThrow();
    assertEquals(69, gone.waitFor());
    assertTrue(Files.readString(folder.resolve("log"), UTF_8).contains("/no/such/program"));
  }

  @Test
  void aLinkPlantedAsTheLogIsNotFollowed() throws Exception {
    Path outside = Files.createFile(folder.resolve("outside"));
    Files.createSymbolicLink(folder.resolve("log"), outside);
    pool.fill();
    Process refused = pool.start(builder("log", "echo", "leaked"), locks()).orElseThrow();
    assertEquals(69, refused.waitFor());
    assertEquals(Map.of("size", 0L), Files.readAttributes(outside, "size"));
  }

  @Test
  @Tag("full")
  void aHeldLockRefusesTheStart() throws Exception {
    for (Path lock : locks()) {
      Process holder =
          new ProcessBuilder("flock", "-F", lock.toString(), "sh", "-c", "echo held; sleep 600")
              .start();
      assertEquals("held", holder.inputReader(UTF_8).readLine());
      pool.fill();
      Process refused = pool.start(builder("log", "touch", "begun"), locks()).orElseThrow();
      assertEquals(AgentLock.HELD_STATUS, refused.waitFor());
      holder.descendants().forEach(ProcessHandle::destroyForcibly);
      holder.destroyForcibly().waitFor();
    }
    assertFalse(Files.exists(folder.resolve("place").resolve("begun")));
  }
}
