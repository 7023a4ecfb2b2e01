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

  /** Operations on a table. */
  enum Kind {
    ADD,
    REPLACE,
    REMOVE
  }

  record Operation(Kind kind, String id) {}

  private final AgentTable table = new AgentTable();

  @Provide
  Arbitrary<List<Operation>> operations() {
    // Usual ids, and ids with one hash code.
    Arbitrary<String> ids =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 300).map(n -> "agent-" + n),
            Arbitraries.integers().between(0, 127).map(n -> sameHash(n, 7)));
    Arbitrary<Kind> kinds =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.just(Kind.ADD)),
            Tuple.of(1, Arbitraries.just(Kind.REPLACE)),
            Tuple.of(3, Arbitraries.just(Kind.REMOVE)));
    return Combinators.combine(kinds, ids)
        .as(Operation::new)
        .list()
        .ofMinSize(200)
        .ofMaxSize(1_500);
  }

  /** The table equals a map after any sequence of operations, while it grows and shrinks. */
  @Property(tries = 25)
  void behavesAsMapDoes(@ForAll("operations") List<Operation> operations) {
    AgentTable table = new AgentTable();
    Map<String, AgentEntry> model = new HashMap<>();
    for (Operation operation : operations) {
      AgentEntry known = model.get(operation.id());
      AgentEntry created = entry(operation.id());
      switch (operation.kind()) {
        case ADD -> {
          assertEquals(known == null, table.add(created, NO_LIMIT));
          model.putIfAbsent(operation.id(), created);
        }
        case REPLACE -> {
          if (known != null) {
            table.replace(known, created);
            model.put(operation.id(), created);
          }
        }
        case REMOVE -> {
          if (known != null) {
            table.remove(known);
            model.remove(operation.id());
          }
        }
      }
      assertSame(model.get(operation.id()), table.get(operation.id()));
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
  void tombstoneOfARemovedAgentIsNoAgent() {
    for (int n = 0; n < 1_000; n++) { // one of these ids has the home slot of the empty id
      AgentTable small = new AgentTable();
      AgentEntry entry = entry("agent-" + n);
      small.add(entry, NO_LIMIT);
      small.remove(entry);

      assertNull(small.get(""));
    }
  }

  /** Ids beyond the probed slots go to the overflow map; every id is found. */
  @Test
  void manyIdsOfOneHashCodeAreAllFound() {
    List<AgentEntry> entries = new ArrayList<>();
    for (int n = 0; n < 1 << 12; n++) {
      entries.add(entry(sameHash(n, 12)));
    }
    entries.forEach(entry -> assertTrue(table.add(entry, NO_LIMIT)));

    assertEquals(1, entries.stream().map(entry -> entry.hash).distinct().count());
    entries.forEach(entry -> assertSame(entry, table.get(entry.id)));
    assertTrue(table.length() < 1 << 12, "the table grows by its own entries, not by the overflow");
  }

  /** Added and removed agents leave no slots behind. */
  @Test
  void tableWithManyAddsAndRemovesStaysSmall() {
    for (int n = 0; n < 20_000; n++) {
      assertTrue(table.add(entry("transient-" + n), NO_LIMIT));
      table.remove(assertThere("transient-" + n));
    }

    assertEquals(0, table.size());
    assertTrue(table.length() <= 128, () -> "the table has " + table.length() + " slots");
  }

  /**
   * While other agents are added and removed and the table grows, a permanent agent is found at
   * every look-up.
   */
  @Test
  void permanentAgentIsFoundWhileOthersAreAddedAndRemoved() throws Exception {
    List<AgentEntry> permanent = new ArrayList<>();
    for (int n = 0; n < 200; n++) {
      AgentEntry entry = entry(n % 2 == 0 ? "permanent-" + n : sameHash(n, 8));
      permanent.add(entry);
      table.add(entry, NO_LIMIT);
    }
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> lookUps =
          reader.submit(
              () -> {
                int rounds = 0;
                do {
                  for (AgentEntry entry : permanent) {
                    assertSame(entry, table.get(entry.id));
                  }
                  rounds++;
                } while (!done.get());
                return rounds;
              });
      for (int round = 0; round < 10; round++) {
        for (int n = 0; n < 3_000; n++) {
          table.add(entry("transient-" + n), NO_LIMIT);
        }
        for (int n = 0; n < 3_000; n++) {
          table.remove(assertThere("transient-" + n));
        }
      }
      done.set(true);

      assertTrue(lookUps.get() > 0);
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

  /** Returns an id for a number of so many bits; all ids have one length and one hash code. */
  private static String sameHash(int number, int bits) {
    StringBuilder id = new StringBuilder();
    for (int bit = 0; bit < bits; bit++) {
      id.append((number >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return id.toString();
  }
}
