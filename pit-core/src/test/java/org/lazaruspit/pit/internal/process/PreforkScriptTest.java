package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.os.CommandExecution;

/** The protocol of a preforked process, without the class that speaks it. */
@Timeout(60)
final class PreforkScriptTest {

  private static final String SCRIPT = "prefork-agent.pl";

  @TempDir Path temporary;
  private Path folder;
  private Path log;

  @BeforeEach
  void setUp() throws IOException {
    folder = temporary.toRealPath();
    log = folder.resolve("log");
  }

  private static Process start(String patience) throws IOException {
    List<String> command =
        List.of("setsid", "perl", "-e", HelperScript.read(SCRIPT), "42", patience);
    return new ProcessBuilder(command)
        .redirectOutput(Redirect.DISCARD)
        .redirectError(Redirect.DISCARD)
        .start();
  }

  private static int send(Process process, byte[] message) throws Exception {
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write(message);
    }
    return process.waitFor();
  }

  private byte[] message(List<Path> locks, Map<String, String> variables, String... command) {
    List<String> fields = new ArrayList<>();
    fields.add(folder.toString());
    fields.add(log.toString());
    fields.add(locks.size() + " " + variables.size());
    locks.forEach(lock -> fields.add(lock.toString()));
    variables.forEach((name, value) -> fields.addAll(List.of(name, value)));
    fields.addAll(List.of(command));
    String body = String.join("\0", fields) + "\0";
    return (body.getBytes(UTF_8).length + "\n" + body).getBytes(UTF_8);
  }

  @Test
  void theScriptIsWellFormed() throws Exception {
    CommandExecution check = Scripts.check("perl", "-c", SCRIPT, folder);
    assertTrue(check.succeeded(), check::describe);
    assertTrue(check.output().endsWith("syntax OK"), check::output);
  }

  @Test
  void theProcessBecomesTheCommandOfItsMessage() throws Exception {
    Map<String, String> variables = Map.of("A", "1\ntwo", "PATH", "/usr/bin:/bin");
    String script = "printf '<%s>' \"$@\"; pwd; echo \"$A\"; env | grep -c ^PERL; exit 7";
    byte[] message =
        message(List.of(), variables, "sh", "-c", script, "sh", "a'b", "", "$(id)", "two\nlines");
    assertEquals(7, send(start("2"), message));
    assertEquals("<a'b><><$(id)><two\nlines>" + folder + "\n1\ntwo\n0\n", Files.readString(log));
  }

  @Test
  void theCommandHoldsItsLocks() throws Exception {
    Path one = Files.createFile(folder.resolve("one"));
    Path two = Files.createFile(folder.resolve("two"));
    String script = "flock -n one true; echo $?; flock -n two true; echo $?";
    byte[] message =
        message(List.of(one, two), Map.of("PATH", "/usr/bin:/bin"), "sh", "-c", script);
    assertEquals(0, send(start("2"), message));
    assertEquals("1\n1\n", Files.readString(log));
  }

  @Test
  void aHeldLockEndsItWithTheGivenStatusWhenThePatienceIsOver() throws Exception {
    Path lock = Files.createFile(folder.resolve("lock"));
    Process holder =
        new ProcessBuilder("flock", "-F", lock.toString(), "sh", "-c", "echo held; exec sleep 600")
            .start();
    try {
      assertEquals("held", holder.inputReader(UTF_8).readLine());
      byte[] message = message(List.of(lock), Map.of(), "/bin/touch", "begun");
      assertEquals(42, send(start("0"), message));
      assertEquals(42, send(start("1"), message));
    } finally {
      holder.destroyForcibly().waitFor();
    }
    assertFalse(Files.exists(folder.resolve("begun")));
  }

  @Test
  void noMessageOrAPartOfOneStartsNothing() throws Exception {
    byte[] whole = message(List.of(), Map.of(), "/bin/touch", "begun");
    for (int length : List.of(0, 1, 3, whole.length / 2, whole.length - 1)) {
      assertEquals(0, send(start("2"), Arrays.copyOf(whole, length)), "length " + length);
    }
    assertFalse(Files.exists(folder.resolve("begun")));
    assertEquals(0, send(start("2"), whole));
    assertTrue(Files.exists(folder.resolve("begun")));
  }

  @Test
  void aMissingProgramIsReportedOnceInTheLog() throws Exception {
    assertEquals(69, send(start("2"), message(List.of(), Map.of(), "/no/such/program")));
    assertEquals("/no/such/program: No such file or directory\n", Files.readString(log));
  }

  @Test
  void aLinkInPlaceOfTheLogIsNotFollowed() throws Exception {
    Path outside = Files.createFile(folder.resolve("outside"));
    Files.createSymbolicLink(log, outside);
    assertEquals(69, send(start("2"), message(List.of(), Map.of(), "/bin/echo", "leaked")));
    assertEquals("", Files.readString(outside));
  }
}
