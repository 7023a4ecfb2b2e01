package org.lazaruspit.heartbeat;

/**
 * Listener for changes of status.
 *
 * <p>The registry calls a listener without a lock and from one thread at a time. The changes of one
 * agent arrive in order, each exactly once. For a listener that falls behind, the changes of one
 * agent are merged into one, from the oldest unseen status to the newest. An exception is logged
 * with the listener's name and the event, and the next event follows.
 */
@FunctionalInterface
public interface HealthListener {
  /**
   * Called after a change of status.
   *
   * @param event the change
   */
  void changed(HealthEvent event);
}
