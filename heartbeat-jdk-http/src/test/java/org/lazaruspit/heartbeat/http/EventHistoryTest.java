package org.lazaruspit.heartbeat.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventHistoryTest {

  private static @Nullable List<String> read(EventHistory history, long from) {
    try {
      List<byte[]> events = history.from(from, 0);
      return events == null
          ? null
          : events.stream().map(bytes -> new String(bytes, UTF_8)).toList();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Property
  void holdsExactlyTheNewest(
      @ForAll @IntRange(min = 1, max = 20) int size,
      @ForAll @IntRange(max = 60) int added,
      @ForAll @IntRange(min = -3, max = 70) int from) {
    EventHistory history = new EventHistory(size);
    for (int i = 0; i < added; i++) {
      history.add(number -> Long.toString(number).getBytes(UTF_8));
    }
    int oldest = Math.max(1, added - size + 1);
    assertEquals(added + 1, history.next());
    assertEquals(from >= oldest && from <= added + 1, history.holds(from));
    List<String> found = read(history, from);
    if (from < oldest) {
      assertNull(found);
    } else {
      List<String> expected =
          java.util.stream.IntStream.rangeClosed(from, added).mapToObj(Integer::toString).toList();
      assertEquals(expected, found);
    }
  }

  @Test
  void closedHistoryHasNoEvents() {
    EventHistory history = new EventHistory(3);
    history.add(number -> new byte[0]);
    history.close();
    assertNull(read(history, 1));
  }
}
