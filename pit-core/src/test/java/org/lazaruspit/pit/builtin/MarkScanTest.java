package org.lazaruspit.pit.builtin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class MarkScanTest {

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
  void marksAreTheNamesInOurVariableAndNothingElse(@ForAll("environments") List<String> variables) {
    Set<String> expected =
        variables.stream()
            .filter(text -> text.startsWith("LAZARUS_LOCK="))
            .map(text -> text.substring(text.indexOf('=') + 1))
            .flatMap(value -> Stream.of(value.split("/(?=/)", 2)))
            .collect(Collectors.toSet());
    assertEquals(expected, MarkScan.marks(String.join("\0", variables).getBytes(UTF_8)));
  }

  @Test
  void aLookServesEverybodyWhoAskedBeforeItBeganAndNobodyElse() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    MarkScans scans = new MarkScans(tasks::add);
    CompletableFuture<MarkScan> underWay = scans.next();
    CompletableFuture<MarkScan> after = scans.next();
    assertNotSame(underWay, after);
    assertSame(after, scans.next());
    assertEquals(1, tasks.size(), "one look at a time");
    tasks.remove().run();
    assertTrue(underWay.isDone());
    assertFalse(after.isDone());
    tasks.remove().run();
    assertTrue(after.isDone());
    assertTrue(tasks.isEmpty());
    assertNotSame(after, scans.next());
  }
}
