package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {
  private static final long START = Long.MAX_VALUE - 1_000;
  private final DeadlineWheel wheel = new DeadlineWheel(START);

  private static AgentEntry entry(int i) {
    return new AgentEntry("a" + i, 0, AgentState.NORMAL, 0);
  }

  private List<AgentEntry> advance(long now) {
    return advance(wheel, now);
  }

  private static List<AgentEntry> advance(DeadlineWheel wheel, long now) {
    List<AgentEntry> due = new ArrayList<>();
    wheel.advance(now, due);
    return due;
  }

  /** An early entry costs one check; a late entry would delay the detection of a death. */
  @Property(tries = 500)
  void entryIsDueNoLaterThanItsDelayAndExactlyOnce(
      @ForAll @Size(min = 1, max = 30)
          List<@LongRange(min = -1, max = 2_000_000_000_000L) Long> delays,
      @ForAll @Size(min = 1, max = 30)
          List<@LongRange(min = 0, max = 700_000_000_000L) Long> steps) {
    DeadlineWheel created = new DeadlineWheel(START);
    Map<AgentEntry, Long> deadlines = new HashMap<>();
    for (int i = 0; i < delays.size(); i++) {
      AgentEntry entry = entry(i);
      deadlines.put(entry, delays.get(i));
      created.schedule(entry, START, delays.get(i));
    }
    long elapsed = 0;
    for (long step : steps) {
      elapsed += step;
      for (AgentEntry entry : advance(created, START + elapsed)) {
        assertTrue(deadlines.remove(entry) != null, "due twice");
      }
      for (long late : deadlines.values()) {
        assertTrue(late > elapsed, "late by " + (elapsed - late));
      }
    }
  }

  @Test
  void removedEntryIsNeverDue() {
    AgentEntry first = entry(1);
    AgentEntry second = entry(2);
    AgentEntry third = entry(3);
    for (AgentEntry entry : List.of(first, second, third)) {
      wheel.schedule(entry, START, 5);
    }
    wheel.remove(second);
    wheel.remove(second);
    assertEquals(List.of(first, third), advance(START + 5));
    assertEquals(List.of(), advance(START + 5));
  }

  @Test
  void rescheduledEntryIsDueAtItsNewTimeOnly() {
    AgentEntry entry = entry(1);
    wheel.schedule(entry, START, Duration.ofSeconds(10).toNanos());
    wheel.schedule(entry, START, Duration.ofSeconds(100).toNanos());
    assertEquals(List.of(), advance(START + Duration.ofSeconds(90).toNanos()));
    assertEquals(List.of(entry), advance(START + Duration.ofSeconds(100).toNanos()));
  }

  @Test
  void jumpOfManyTurnsMakesEveryEntryDue() {
    List<AgentEntry> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      AgentEntry entry = entry(i);
      all.add(entry);
      wheel.schedule(entry, START, Duration.ofSeconds(i).toNanos());
    }
    assertEquals(all, advance(START + Duration.ofDays(365).toNanos()));
  }
}
