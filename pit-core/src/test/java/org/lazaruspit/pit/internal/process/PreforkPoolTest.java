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

/** An agent must not be able to tell which way it was started. */
@Timeout(60)
final class PreforkPoolTest {

  /** All that a process inherits. */
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
  private PreforkPool ready;

  @BeforeEach
  void setUp() {
    ready = new PreforkPool(ProgramLookup.ofThisMachine(), threads);
  }

  @AfterEach
  void tearDown() {
    ready.close();
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
  void whoeverWaitedBecomesTheSameAgentAsOneThatDidNot() throws Exception {
    String[] command = {"sh", "-c", SELF_PORTRAIT, "sh", "a'b", "", "$(id)", "two\nlines", "GO"};
    ProcessBuilder longer = builder("log", command);
    longer.command(AgentLock.guard(locks(), longer.command()));
    assertEquals(0, longer.start().waitFor());
    String plain = Files.readString(folder.resolve("log"));
    Files.writeString(folder.resolve("log"), "");
    ready.fill();
    ProcessBuilder shorter = builder("log", command);
    assertEquals(0, ready.become(shorter, locks()).orElseThrow().waitFor());
    assertEquals(plain, Files.readString(folder.resolve("log")));
    assertTrue(plain.contains("one.lock") && plain.contains("two.lock"), plain);
    assertTrue(plain.endsWith("<a'b><><$(id)><two\nlines><GO>"), plain);
    assertFalse(Files.exists(folder.resolve("place").resolve("planted")));
  }

  @Test
  void variablesThatNoShellCarriesArriveToo() throws Exception {
    ProcessBuilder builder = builder("log", "env");
    builder.environment().put("dotted.name", "42");
    ready.fill();
    assertEquals(0, ready.become(builder, locks()).orElseThrow().waitFor());
    assertTrue(Files.readString(folder.resolve("log")).contains("\ndotted.name=42\n"));
  }

  @Test
  void aPartOfAnOrderStartsNobody() throws Exception {
    byte[] order = PreforkPool.order(builder("log", "touch", "begun", "GO"), locks()).get();
    for (int cut : List.of(0, 1, order.length / 2, order.length - 4, order.length - 1)) {
      ready.fill();
      Process one = ready.next();
      try (OutputStream pipe = one.getOutputStream()) {
        pipe.write(order, 0, cut);
      }
      assertEquals(0, one.waitFor());
    }
    assertFalse(Files.exists(folder.resolve("place").resolve("begun")));
    ready.fill();
    Process one = ready.next();
    try (OutputStream pipe = one.getOutputStream()) {
      pipe.write(order);
    }
    assertEquals(0, one.waitFor());
    assertTrue(Files.exists(folder.resolve("place").resolve("begun")));
  }

  @Test
  void oneThatWasKilledWhileItWaitedIsPassedOver() throws Exception {
    ready.fill();
    Process dead = ready.next();
    dead.destroyForcibly().waitFor();
    Process alive = ready.next();
    ready.putBack(alive);
    ready.putBack(dead);
    assertEquals(alive, ready.become(builder("log", "true"), locks()).orElseThrow());
    assertEquals(0, alive.waitFor());
  }

  @Test
  void nobodyWaitsAfterTheEndOrWithoutPerl() throws Exception {
    ready.fill();
    List<Process> all = new ArrayList<>(List.of(ready.next(), ready.next()));
    all.forEach(ready::putBack);
    ready.close();
    for (Process one : all) {
      assertTrue(one.waitFor(30, TimeUnit.SECONDS));
    }
    ready.fill();
    assertTrue(ready.become(builder("log", "true"), locks()).isEmpty());
    try (PreforkPool none = new PreforkPool(new ProgramLookup(List.of()), threads)) {
      none.fill();
      assertTrue(none.become(builder("log", "true"), locks()).isEmpty());
    }
  }

  @Test
  void aCommandThatIsNotThereIsSaidInTheLog() throws Exception {
    ready.fill();
    Process gone = ready.become(builder("log", "/no/such/program"), locks()).orElseThrow();
    assertEquals(69, gone.waitFor());
    assertTrue(Files.readString(folder.resolve("log"), UTF_8).contains("/no/such/program"));
  }

  @Test
  void aLinkPlantedAsTheLogIsNotFollowed() throws Exception {
    Path outside = Files.createFile(folder.resolve("outside"));
    Files.createSymbolicLink(folder.resolve("log"), outside);
    ready.fill();
    Process refused = ready.become(builder("log", "echo", "leaked"), locks()).orElseThrow();
    assertEquals(69, refused.waitFor());
    assertEquals(Map.of("size", 0L), Files.readAttributes(outside, "size"));
  }

  @Test
  @Tag("full")
  void aHeldLockRefusesIt() throws Exception {
    for (Path lock : locks()) {
      Process holder =
          new ProcessBuilder("flock", "-F", lock.toString(), "sh", "-c", "echo held; sleep 600")
              .start();
      assertEquals("held", holder.inputReader(UTF_8).readLine());
      ready.fill();
      Process refused = ready.become(builder("log", "touch", "begun"), locks()).orElseThrow();
      assertEquals(AgentLock.HELD_STATUS, refused.waitFor());
      holder.descendants().forEach(ProcessHandle::destroyForcibly);
      holder.destroyForcibly().waitFor();
    }
    assertFalse(Files.exists(folder.resolve("place").resolve("begun")));
  }
}
