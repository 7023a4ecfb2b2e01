package org.lazaruspit.heartbeat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Schedule of the next check of each agent: a hashed timing wheel (Varghese and Lauck, 1987, scheme
 * 6) with lazy re-arming.
 *
 * <p>A heartbeat never changes the wheel. A due entry is checked and scheduled again at its current
 * deadline, so an entry costs one check per time-out, and a tick costs time for due entries only. A
 * deadline beyond the wheel is checked once a turn. Every advance checks the current slot as well,
 * so the width of a slot delays no detection.
 */
final class DeadlineWheel {
  private static final int SLOTS = 1 << 11;

  /**
   * A slot is 2^28 ns wide, about a quarter of a second; a turn takes nine minutes, longer than the
   * default time-out.
   */
  private static final int SLOT_SHIFT = 28;

  /** Longest delay of an entry. */
  static final long SPAN = (SLOTS - 1L) << SLOT_SHIFT;

  private final Node[] slots = new Node[SLOTS];
  private final long origin;

  @GuardedBy("this")
  private long current;

  /** Link of the doubly linked ring of a slot; the wheel's lock guards the links. */
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
   * Schedules or reschedules an entry: it is due at the first advance after the delay, or after one
   * turn if that is earlier.
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

  /** Removes the entries due until now, in the order of the slots. */
  synchronized void advance(long now, List<AgentEntry> due) {
    long target = Math.max(current, (now - origin) >> SLOT_SHIFT);
    long last = Math.min(target, current + SLOTS - 1);
    for (long slot = current; slot <= last; slot++) {
      removeAll(slots[(int) slot & (SLOTS - 1)], due);
    }
    current = target;
  }

  private static void removeAll(Node head, List<AgentEntry> due) {
    Node node = head.next;
    while (node instanceof AgentEntry entry) {
      entry.unlink();
      due.add(entry);
      node = head.next;
    }
  }
}
