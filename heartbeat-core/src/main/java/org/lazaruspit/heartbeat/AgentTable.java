package org.lazaruspit.heartbeat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Agents' entries by id: open addressing with linear probing (Knuth, volume 3, 6.4, algorithm L).
 * Reads take no lock, changes take this object's lock.
 *
 * <p>In a large fleet cache misses dominate the cost of a heartbeat, and this table has one less
 * than a map whose nodes point to entries. At most half of the slots are taken, so most look-ups
 * end at the first slot. A look-up during a change finds the table before or after that change: a
 * slot goes from empty to taken, from one entry to another of the same id, from taken to tombstone
 * and back, but never to empty, and a new table is filled before it is published.
 *
 * <p>Ids come from outside, and many ids with one {@link String#hashCode} are easy to make. An
 * entry without a free slot within {@value #PROBES} slots of its home goes into an overflow map.
 */
final class AgentTable {
  static final int PROBES = 32;
  private static final int MIN_SLOTS = 64;

  /** 2^32 over the golden ratio: spreads sequential ids (Knuth, 6.4, Fibonacci hashing). */
  private static final int GOLDEN = 0x9E3779B9;

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(AgentEntry[].class);

  /** Marks the slot of a removed entry; look-ups continue past it. */
  private static final AgentEntry TOMBSTONE = new AgentEntry("", 0, AgentState.RETIRED, 0);

  // Written under this object's lock, read without it.
  private volatile Slots slots = new Slots(MIN_SLOTS);
  private volatile int size;

  /** Returns the entry of an agent, or null if the agent is unknown. */
  @Nullable AgentEntry get(String id) {
    return slots.get(id);
  }

  /** Adds an entry; returns false if the id is taken or the limit is reached. */
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

  /** Replaces an entry by another of the same id. */
  synchronized void replace(AgentEntry older, AgentEntry newer) {
    slots.exchange(older, newer);
  }

  /** Removes an entry of this table. */
  synchronized void remove(AgentEntry entry) {
    slots.exchange(entry, TOMBSTONE);
    size--;
  }

  /** Returns the number of entries. */
  int size() {
    return size;
  }

  /**
   * Calls the action with every entry; entries added or removed meanwhile may or may not be
   * included.
   */
  void forEach(Consumer<AgentEntry> action) {
    slots.forEach(action);
  }

  /** Returns the number of slots. */
  int length() {
    return slots.entries.length;
  }

  /** Slots of one table size; changed under the table's lock only. */
  private static final class Slots {
    private final @Nullable AgentEntry[] entries;
    private final Map<String, AgentEntry> overflow = new ConcurrentHashMap<>();

    /** Slots that are not empty, tombstones included. */
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

    void exchange(AgentEntry present, AgentEntry replacement) {
      int slot = home(present.hash);
      for (int probe = 0; probe < PROBES; probe++) {
        if (at(slot) == present) {
          SLOT.setRelease(entries, slot, replacement);
          return;
        }
        slot = next(slot);
      }
      if (replacement == TOMBSTONE) {
        overflow.remove(present.id);
      } else {
        overflow.put(present.id, replacement);
      }
    }

    boolean isHalfFull() {
      return used >= entries.length / 2;
    }

    /** Copies the entries, without tombstones, to a table at most one third full. */
    Slots rebuilt(int size) {
      Slots larger = new Slots(Math.max(MIN_SLOTS, Integer.highestOneBit(3 * size) * 2));
      forEach(larger::add);
      return larger;
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
