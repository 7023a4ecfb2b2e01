package org.lazaruspit.pit.internal.plugin;

import java.time.Duration;

/**
 * How long the pit waits for somebody else's code. Generous: a plug-in has limits of its own, and
 * these are for the one that has none.
 *
 * @param probe for a question to one gateway; as often as there are gateways in a question
 * @param presence for a look at one agent, on the loop's thread
 * @param start for a start
 * @param stop for a stop, beyond the agent's grace
 * @param claim for a claim, on the loop's thread
 * @param close for an end
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
