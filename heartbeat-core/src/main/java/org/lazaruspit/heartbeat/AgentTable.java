package org.lazaruspit.heartbeat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The agents' entries by id: open addressing with linear probing (Knuth, volume 3, 6.4, algorithm
 * L), read without a lock and changed under one.
 *
 * <p>A heartbeat of a large fleet costs what its cache misses cost, and here it has one less than
 * in a map whose nodes point to entries. At most half of the slots are taken, so that most look-ups
 * end at the first. Who looks up an id while the table changes finds it as it was before or after:
 * a slot goes from empty to taken, from one entry to another of the same id, from taken to given up
 * and back, but never to empty, and a new table is filled before it is shown.
 *
 * <p>Ids come from outside, and it is easy to make many with one {@link String#hashCode}. Who finds
 * no place within {@value #PROBES} slots of its home goes into a map that copes with that.
 */
final class AgentTable {
  static final int PROBES = 32;
  private static final int SMALLEST = 64;

  /** 2^32 over the golden ratio: spreads ids that count up (Knuth, 6.4, Fibonacci hashing). */
  private static final int GOLDEN = 0x9E3779B9;

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(AgentEntry[].class);

  /** Stands where an entry was: whoever looks for another goes on past it. */
  private static final AgentEntry TOMBSTONE = new AgentEntry("", 0, AgentState.RETIRED, 0);

  private volatile Slots slots = new Slots(SMALLEST);
  private volatile int size;

  /** The entry of an agent, null when it is unknown. */
  @Nullable AgentEntry get(String id) {
    return slots.get(id);
  }

  /** Whether the entry was added: not when there is one of its id, or as many as may be. */
  synchronized boolean add(AgentEntry entry, int limit) {
    if (size >= limit || slots.get(entry.id) != null) {
      return false;
    }
    if (slots.isHalfFull()) {
      slots = slots.rebuilt(size);
    }
    slots.add(entry);
    size++;
    return true;
  }

  /** Puts an entry in the place of one of the same id. */
  synchronized void replace(AgentEntry older, AgentEntry newer) {
    slots.exchange(older, newer);
  }

  /** Takes out an entry that is in. */
  synchronized void remove(AgentEntry entry) {
    slots.exchange(entry, TOMBSTONE);
    size--;
  }

  /** How many there are. */
  int size() {
    return size;
  }

  /** Shows every entry; those that come or go meanwhile may or may not be among them. */
  void forEach(Consumer<AgentEntry> action) {
    slots.forEach(action);
  }

  /** How many slots there are. */
  int length() {
    return slots.entries.length;
  }

  /** One size of the table; changed under the table's lock alone. */
  private static final class Slots {
    private final @Nullable AgentEntry[] entries;
    private final Map<String, AgentEntry> overflow = new ConcurrentHashMap<>();

    /** Slots that are not empty; those given up count. */
    private int used;

    Slots(int length) {
      entries = new AgentEntry[length];
    }

    @Nullable AgentEntry get(String id) {
      int hash = id.hashCode();
      int slot = home(hash);
      for (int probe = 0; probe < PROBES; probe++) {
        AgentEntry entry = at(slot);
        if (entry == null) {
          return null;
        }
        if (entry.hash == hash && entry.id.equals(id) && entry != TOMBSTONE) {
          return entry;
        }
        slot = next(slot);
      }
      return overflow.get(id);
    }

    void add(AgentEntry entry) {
      int slot = home(entry.hash);
      for (int probe = 0; probe < PROBES; probe++) {
        AgentEntry found = at(slot);
        if (found == null || found == TOMBSTONE) {
          used += found == null ? 1 : 0;
          SLOT.setRelease(entries, slot, entry);
          return;
        }
        slot = next(slot);
      }
      overflow.put(entry.id, entry);
    }

    void exchange(AgentEntry present, AgentEntry instead) {
      int slot = home(present.hash);
      for (int probe = 0; probe < PROBES; probe++) {
        if (at(slot) == present) {
          SLOT.setRelease(entries, slot, instead);
          return;
        }
        slot = next(slot);
      }
      if (instead == TOMBSTONE) {
        overflow.remove(present.id);
      } else {
        overflow.put(present.id, instead);
      }
    }

    boolean isHalfFull() {
      return used >= entries.length / 2;
    }

    /** Without what was given up, and with a third of the slots taken at most. */
    Slots rebuilt(int size) {
      Slots roomy = new Slots(Math.max(SMALLEST, Integer.highestOneBit(3 * size) * 2));
      forEach(roomy::add);
      return roomy;
    }

    void forEach(Consumer<AgentEntry> action) {
      for (int slot = 0; slot < entries.length; slot++) {
        AgentEntry entry = at(slot);
        if (entry != null && entry != TOMBSTONE) {
          action.accept(entry);
        }
      }
      overflow.values().forEach(action);
    }

    private int home(int hash) {
      return (hash * GOLDEN) >>> Integer.numberOfLeadingZeros(entries.length - 1);
    }

    private int next(int slot) {
      return (slot + 1) & (entries.length - 1);
    }

    private @Nullable AgentEntry at(int slot) {
      return (AgentEntry) SLOT.getAcquire(entries, slot);
    }
  }
}
