package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.pit.internal.os.CommandExecution;

/** The protocol of the flock helper, without the class that speaks it. */
@Timeout(60)
final class FlockHelperScriptTest {

  private static final String PERL = "flock-helper.pl";
  private static final String SHELL = "flock-helper.sh";

  @TempDir Path folder;
  private Process helper;
  private BufferedReader responses;

  @AfterEach
  void tearDown() throws InterruptedException {
    if (helper != null) {
      helper.destroyForcibly().waitFor();
    }
  }

  private void start(String script) throws IOException {
    List<String> command =
        script.equals(PERL)
            ? List.of("setsid", "perl", "-e", HelperScript.read(PERL), "42")
            : List.of("setsid", "sh", "-c", HelperScript.read(SHELL), "sh", "42");
    helper = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    responses = helper.inputReader(UTF_8);
  }

  private void send(String text) throws IOException {
    OutputStream pipe = helper.getOutputStream();
    pipe.write(text.getBytes(UTF_8));
    pipe.flush();
  }

  private String check(int number, Object one, Object two) throws IOException {
    send("check %d\n%s\n%s\n".formatted(number, one, two));
    return responses.readLine();
  }

  /** Holds the lock when this returns, until it is killed. */
  private static Process holder(Path file) throws IOException {
    Process holder =
        new ProcessBuilder("flock", "-F", file.toString(), "sh", "-c", "echo held; exec sleep 600")
            .start();
    assertEquals("held", holder.inputReader(UTF_8).readLine());
    return holder;
  }

  @Test
  void bothScriptsAreWellFormed() throws Exception {
    CommandExecution perl = Scripts.check("perl", "-c", PERL, folder);
    assertTrue(perl.succeeded(), perl::describe);
    CommandExecution shell = Scripts.check("sh", "-n", SHELL, folder);
    assertTrue(shell.succeeded(), shell::describe);
  }

  @ParameterizedTest
  @ValueSource(strings = {PERL, SHELL})
  void aCheckIsAnsweredWithItsNumberAndTheState(String script) throws Exception {
    Path one = Files.createFile(folder.resolve("one"));
    Path two = Files.createFile(folder.resolve("two's $(lock)"));
    start(script);
    assertEquals("1 0", check(1, one, two));
    assertEquals("2 0", check(2, folder.resolve("missing"), ""));
    assertEquals("3 0", check(3, "", ""));
    Process holder = holder(two);
    try {
      assertEquals("4 42", check(4, one, two));
      assertEquals("5 42", check(5, two, ""));
      assertEquals("6 0", check(6, one, ""));
    } finally {
      holder.destroyForcibly().waitFor();
    }
    assertEquals("7 0", check(7, one, two));
  }

  @ParameterizedTest
  @ValueSource(strings = {PERL, SHELL})
  void aWaitIsAnsweredWhenBothLocksAreFreeAndBlocksNoCheck(String script) throws Exception {
    Path one = Files.createFile(folder.resolve("one"));
    Path two = Files.createFile(folder.resolve("two"));
    start(script);
    Process first = holder(one);
    Process second = holder(two);
    send("await 1\n%s\n%s\n".formatted(one, two));
    assertEquals("2 42", check(2, one, two));
    first.destroyForcibly().waitFor();
    assertEquals("3 42", check(3, one, two));
    second.destroyForcibly().waitFor();
    assertEquals("1 0", responses.readLine());
  }

  @ParameterizedTest
  @ValueSource(strings = {PERL, SHELL})
  void theEndOfInputEndsTheHelperAndItsWaitingChildren(String script) throws Exception {
    Path lock = Files.createFile(folder.resolve("lock"));
    start(script);
    Process holder = holder(lock);
    try {
      send("await 1\n%s\n\n".formatted(lock));
      assertEquals("2 42", check(2, lock, ""));
      List<ProcessHandle> waiting = helper.descendants().toList();
      assertTrue(waiting.size() >= 1, waiting::toString);
      send("check 3\n" + lock); // an incomplete request
      helper.getOutputStream().close();
      assertNull(responses.readLine());
      assertEquals(128 + 9, helper.waitFor());
      for (ProcessHandle child : waiting) {
        child.onExit().get(30, TimeUnit.SECONDS);
      }
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void aKilledHelperLeavesNoWaitingChild() throws Exception {
    Path lock = Files.createFile(folder.resolve("lock"));
    start(PERL);
    Process holder = holder(lock);
    try {
      send("await 1\n%s\n\n".formatted(lock));
      assertEquals("2 42", check(2, lock, ""));
      assertTrue(helper.descendants().findAny().isPresent(), "a child waits");
      helper.toHandle().destroyForcibly(); // the process itself would close its streams
      assertNull(responses.readLine());
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }
}
