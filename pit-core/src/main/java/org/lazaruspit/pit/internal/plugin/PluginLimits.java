package org.lazaruspit.pit.internal.plugin;

import java.time.Duration;

/**
 * Longest waits for calls of plug-ins. Generous, as a plug-in should have limits of its own.
 *
 * @param probe for a probe, per gateway
 * @param presence for the presence of an agent, on the thread of the loop
 * @param start for a start
 * @param stop for a stop, in addition to the agent's grace
 * @param claim for a claim, on the thread of the loop
 * @param close for a close
 */
record PluginLimits(
    Duration probe,
    Duration presence,
    Duration start,
    Duration stop,
    Duration claim,
    Duration close) {

  static final PluginLimits DEFAULT =
      new PluginLimits(
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5));
}
