package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.ProgramLookup;

final class ProcessScanTest {

  @Provide
  Arbitrary<List<String>> environments() {
    Arbitrary<String> ours =
        Arbitraries.of(
            "LAZARUS_LOCK=/a", "LAZARUS_LOCK=/a/b//c/d", "LAZARUS_LOCK=", "LAZARUS_LOCK");
    Arbitrary<String> near =
        Arbitraries.of("XLAZARUS_LOCK=/c", "LAZARUS_LOCKS=/d", "A=LAZARUS_LOCK=/e", "LAZARUS_", "");
    Arbitrary<String> any = Arbitraries.strings().withChars("LAZRUS_=/x\u00e4").ofMaxLength(12);
    return Arbitraries.oneOf(ours, near, any).list().ofMaxSize(8);
  }

  @Property
  void lockNamesComeFromTheMarkAndNoOtherVariable(@ForAll("environments") List<String> variables) {
    Set<String> expected =
        variables.stream()
            .filter(text -> text.startsWith("LAZARUS_LOCK="))
            .map(text -> text.substring(text.indexOf('=') + 1))
            .flatMap(value -> Stream.of(value.split("/(?=/)", 2)))
            .collect(Collectors.toSet());
    assertEquals(expected, ProcessScan.lockNames(String.join("\0", variables).getBytes(UTF_8)));
  }

  @Test
  void allProcessesAreFoundWithAndWithoutASecondThread(@TempDir Path folder) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    AgentLock lock =
        new AgentLock(
            new FlockHelper(ProgramLookup.ofThisMachine(), threads),
            folder.resolve("a"),
            Optional.empty());
    ProcessBuilder marked = new ProcessBuilder("sleep", "600");
    marked.environment().put(AgentMark.VARIABLE, lock.mark());
    Set<Long> expected = new HashSet<>();
    List<Process> processes = new ArrayList<>();
    try {
      for (int i = 0; i < 70; i++) {
        processes.add(marked.start());
        expected.add(processes.get(i).pid());
      }
      for (Executor helpers : List.<Executor>of(threads, task -> {}, Runnable::run)) {
        assertEquals(expected, ProcessScan.now(helpers).members(lock, Optional.empty()));
      }
    } finally {
      for (Process process : processes) {
        process.destroyForcibly().waitFor();
      }
      threads.shutdownNow();
    }
  }

  @Test
  void aScanServesAllCallsBeforeItsBeginningAndNoLaterOnes() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    SharedProcessScans scans = new SharedProcessScans(tasks::add);
    CompletableFuture<ProcessScan> underWay = scans.next();
    CompletableFuture<ProcessScan> after = scans.next();
    assertNotSame(underWay, after);
    assertSame(after, scans.next());
    assertEquals(1, tasks.size(), "one scan at a time");
    tasks.remove().run();
    assertTrue(underWay.isDone());
    assertFalse(after.isDone());
    while (!tasks.isEmpty()) { // tasks of second threads among them
      tasks.remove().run();
    }
    assertTrue(after.isDone());
    assertNotSame(after, scans.next());
  }
}
