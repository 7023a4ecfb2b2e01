package org.lazaruspit.heartbeat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom to look at when: a hashed timing wheel (Varghese and Lauck, 1987, scheme 6) with lazy
 * re-arming.
 *
 * <p>A heartbeat never touches it. An entry that comes up is looked at, and placed again where its
 * deadline has moved meanwhile; so each costs one look a time-out, and a tick costs what is due,
 * not what is registered. A deadline beyond the wheel is looked at once a turn. The slot of the
 * present is looked at on every advance, so nothing is noticed late for being in a wide slot.
 */
final class DeadlineWheel {
  private static final int SLOTS = 1 << 11;

  /**
   * A slot is 2^28 ns wide, about a quarter of a second, and a turn takes nine minutes: longer than
   * the usual time-out.
   */
  private static final int SLOT_SHIFT = 28;

  /** The farthest that an entry can be placed ahead. */
  static final long SPAN = (SLOTS - 1L) << SLOT_SHIFT;

  private final Node[] slots = new Node[SLOTS];
  private final long origin;
  private long current;

  /** A link of the doubly linked ring of a slot; the links are guarded by the wheel. */
  static class Node {
    private @Nullable Node next;
    private @Nullable Node previous;

    final void unlink() {
      Node before = previous;
      Node after = next;
      if (before != null && after != null) {
        before.next = after;
        after.previous = before;
        previous = null;
        next = null;
      }
    }

    final void linkBefore(Node head) {
      Node last = head.previous == null ? head : head.previous;
      last.next = this;
      previous = last;
      next = head;
      head.previous = this;
    }
  }

  DeadlineWheel(long now) {
    origin = now;
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Node();
    }
  }

  /**
   * Places an entry, or moves it: it comes up with the first advance from then on, or a turn's
   * length from now if that is earlier.
   */
  synchronized void schedule(AgentEntry entry, long now, long delay) {
    entry.unlink();
    long at = now - origin + Math.max(0, Math.min(delay, SPAN));
    long slot = Math.max(current, Math.min(at >> SLOT_SHIFT, current + SLOTS - 1));
    entry.linkBefore(slots[(int) slot & (SLOTS - 1)]);
  }

  synchronized void remove(AgentEntry entry) {
    entry.unlink();
  }

  /** Takes out whatever comes up until now, in the order of the slots. */
  synchronized void advance(long now, List<AgentEntry> due) {
    long target = Math.max(current, (now - origin) >> SLOT_SHIFT);
    long last = Math.min(target, current + SLOTS - 1);
    for (long slot = current; slot <= last; slot++) {
      takeOut(slots[(int) slot & (SLOTS - 1)], due);
    }
    current = target;
  }

  private static void takeOut(Node head, List<AgentEntry> due) {
    Node node = head.next;
    while (node instanceof AgentEntry entry) {
      entry.unlink();
      due.add(entry);
      node = head.next;
    }
  }
}
