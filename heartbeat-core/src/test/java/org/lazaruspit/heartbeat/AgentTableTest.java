package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class AgentTableTest {
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  /** What can be done to a table. */
  enum Act {
    ADD,
    REPLACE,
    REMOVE
  }

  record Deed(Act act, String id) {}

  private final AgentTable table = new AgentTable();

  @Provide
  Arbitrary<List<Deed>> deeds() {
    // A few ids of many shapes: usual ones, and ones that all have the same hash code.
    Arbitrary<String> ids =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 300).map(n -> "agent-" + n),
            Arbitraries.integers().between(0, 127).map(n -> sameHash(n, 7)));
    Arbitrary<Act> acts =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.just(Act.ADD)),
            Tuple.of(1, Arbitraries.just(Act.REPLACE)),
            Tuple.of(3, Arbitraries.just(Act.REMOVE)));
    return Combinators.combine(acts, ids).as(Deed::new).list().ofMinSize(200).ofMaxSize(1_500);
  }

  /** It is a map, whatever is added, replaced and removed, and however it grows and shrinks. */
  @Property(tries = 25)
  void behavesAsMapDoes(@ForAll("deeds") List<Deed> deeds) {
    AgentTable table = new AgentTable();
    Map<String, AgentEntry> model = new HashMap<>();
    for (Deed deed : deeds) {
      AgentEntry known = model.get(deed.id());
      AgentEntry fresh = entry(deed.id());
      switch (deed.act()) {
        case ADD -> {
          assertEquals(known == null, table.add(fresh, NO_LIMIT));
          model.putIfAbsent(deed.id(), fresh);
        }
        case REPLACE -> {
          if (known != null) {
            table.replace(known, fresh);
            model.put(deed.id(), fresh);
          }
        }
        case REMOVE -> {
          if (known != null) {
            table.remove(known);
            model.remove(deed.id());
          }
        }
      }
      assertSame(model.get(deed.id()), table.get(deed.id()));
      assertEquals(model.size(), table.size());
    }
    Map<String, AgentEntry> shown = new HashMap<>();
    table.forEach(entry -> assertNull(shown.put(entry.id, entry)));
    assertEquals(model, shown);
    model.forEach((id, entry) -> assertSame(entry, table.get(id)));
  }

  @Test
  void takesNoMoreThanTheLimit() {
    assertTrue(table.add(entry("a"), 1));
    assertFalse(table.add(entry("b"), 1));
    table.remove(assertThere("a"));
    assertTrue(table.add(entry("b"), 1));
  }

  @Test
  void whatStandsWhereAnAgentWasIsNoAgent() {
    for (int n = 0; n < 1_000; n++) { // one of them had the place that this id would have
      AgentTable small = new AgentTable();
      AgentEntry entry = entry("agent-" + n);
      small.add(entry, NO_LIMIT);
      small.remove(entry);

      assertNull(small.get(""));
    }
  }

  /** The crowd is a map that can cope: all that is asked here is that nobody is lost in it. */
  @Test
  void manyIdsOfOneHashCodeAreAllFound() {
    List<AgentEntry> entries = new ArrayList<>();
    for (int n = 0; n < 1 << 12; n++) {
      entries.add(entry(sameHash(n, 12)));
    }
    entries.forEach(entry -> assertTrue(table.add(entry, NO_LIMIT)));

    assertEquals(1, entries.stream().map(entry -> entry.hash).distinct().count());
    entries.forEach(entry -> assertSame(entry, table.get(entry.id)));
    assertTrue(
        table.length() < 1 << 12, "the table grows by those who are in it, not by the crowd");
  }

  /** Agents that come and go leave nothing behind. */
  @Test
  void tableThatIsChangedForEverStaysSmall() {
    for (int n = 0; n < 20_000; n++) {
      assertTrue(table.add(entry("passing-" + n), NO_LIMIT));
      table.remove(assertThere("passing-" + n));
    }

    assertEquals(0, table.size());
    assertTrue(table.length() <= 128, () -> "it has " + table.length() + " slots");
  }

  /** While others come and go and the table grows, who stays is found at every look. */
  @Test
  void whoStaysIsFoundWhileOthersComeAndGo() throws Exception {
    List<AgentEntry> staying = new ArrayList<>();
    for (int n = 0; n < 200; n++) {
      AgentEntry entry = entry(n % 2 == 0 ? "staying-" + n : sameHash(n, 8));
      staying.add(entry);
      table.add(entry, NO_LIMIT);
    }
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> looks =
          reader.submit(
              () -> {
                int rounds = 0;
                do {
                  for (AgentEntry entry : staying) {
                    assertSame(entry, table.get(entry.id));
                  }
                  rounds++;
                } while (!done.get());
                return rounds;
              });
      for (int round = 0; round < 10; round++) {
        for (int n = 0; n < 3_000; n++) {
          table.add(entry("passing-" + n), NO_LIMIT);
        }
        for (int n = 0; n < 3_000; n++) {
          table.remove(assertThere("passing-" + n));
        }
      }
      done.set(true);

      assertTrue(looks.get() > 0);
    } finally {
      done.set(true);
      reader.shutdownNow();
    }
  }

  private AgentEntry assertThere(String id) {
    AgentEntry entry = table.get(id);
    assertNotNull(entry, id);
    return entry;
  }

  private static AgentEntry entry(String id) {
    return new AgentEntry(id, 0, AgentState.NORMAL, 0);
  }

  /** Ids of one length and hash code, one for each number of so many bits. */
  private static String sameHash(int number, int bits) {
    StringBuilder id = new StringBuilder();
    for (int bit = 0; bit < bits; bit++) {
      id.append((number >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return id.toString();
  }
}
