package org.lazaruspit.heartbeat;

/**
 * Told of every change of status.
 *
 * <p>Never called while the registry holds a lock, and never by two threads at once: the changes of
 * one agent come in their order, each exactly once. A listener that falls behind gets the changes
 * of one agent merged into one, from the oldest status that it has not seen to the newest. What it
 * throws is logged with its name and the event, and the next event follows.
 */
@FunctionalInterface
public interface HealthListener {
  /**
   * Takes note of a change.
   *
   * @param event what changed
   */
  void changed(HealthEvent event);
}
