package org.lazaruspit.pit.spi;

import java.io.IOException;
import java.util.List;

/**
 * Probes the health of agents. Found with {@link java.util.ServiceLoader}, in a JAR of the plug-in
 * directory, or handed in by code. {@code HealthProbeContract} in this module's test JAR tests an
 * implementation against this contract.
 *
 * <p><b>Lifecycle.</b> Of an instance from the service loader only {@link #name} and {@link
 * #configured} are called; the result of {@code configured}, or an instance handed in by code, is
 * used until it is closed.
 *
 * <p><b>Threads.</b> Implementations are called from several threads and must be thread-safe.
 *
 * <p><b>Time.</b> The loop waits for the results, so a probe needs time limits of its own. After a
 * limit of the pit the loop continues without the results, and the waiting thread is interrupted.
 *
 * <p><b>Interruption</b> ends a call soon, with {@link InterruptedException}.
 *
 * <p><b>Errors.</b> Any exception, and a null result, is logged with the probe's name and the call,
 * and counts as {@link ProbeResult.Verdict#UNREACHABLE}: a broken probe never kills an agent.
 */
public interface HealthProbe {

  /**
   * Returns the stable name of this plug-in in configuration and logs.
   *
   * @return lower case, unique among probes, for example {@code gateway-http}
   */
  String name();

  /**
   * Returns an instance with these settings. The default ignores them and returns this instance.
   *
   * @param settings the settings under this plug-in's name in the configuration
   * @return this, or a new configured instance
   * @throws IllegalArgumentException if a setting is invalid; the message names it
   */
  default HealthProbe configured(Settings settings) {
    return this;
  }

  /**
   * Probes many agents, in as few requests as possible. An agent without an answer gets the result
   * {@link ProbeResult.Verdict#UNREACHABLE}, which does not affect the results of other agents.
   *
   * @param targets the agents; never empty
   * @return exactly one result per target, in any order, and no others; a missing result counts as
   *     unreachable
   * @throws InterruptedException if the thread was interrupted
   */
  List<ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException;

  /**
   * Registers a new incarnation with the registry of the agent, so that heartbeats of earlier ones
   * do not count any more. Idempotent. The default does nothing.
   *
   * @param target the agent and its new incarnation
   * @throws IOException if the registration failed
   * @throws InterruptedException if the thread was interrupted
   */
  default void register(ProbeTarget target) throws IOException, InterruptedException {}

  /**
   * Removes the key of the agent from the registry of the agent, with all that is known by it.
   * Called before a first registration by a key that was another agent's. Idempotent. The default
   * does nothing.
   *
   * @param target the agent that is registered next
   * @throws IOException if the removal failed
   * @throws InterruptedException if the thread was interrupted
   */
  default void unregister(ProbeTarget target) throws IOException, InterruptedException {}

  /**
   * Passes on a heartbeat that an agent without a network has written to its heartbeat file. The
   * default does nothing.
   *
   * @param target the agent, in the incarnation of the heartbeat
   * @param heartbeat the JSON of a heartbeat, in the form that gateways take, or an empty text
   * @throws IOException if the heartbeat could not be passed on
   * @throws InterruptedException if the thread was interrupted
   */
  default void heartbeat(ProbeTarget target, String heartbeat)
      throws IOException, InterruptedException {}

  /**
   * Subscribes to changes at a gateway, so that the pit need not wait for its next poll. Must not
   * block. The default never reports a change, and the pit polls.
   *
   * @param gateway the gateway
   * @param onChange called on any thread, any number of times, when the health of an agent may have
   *     changed
   * @return the subscription, to be closed
   */
  default Listening listen(GatewayAddress gateway, Runnable onChange) {
    return () -> {};
  }

  /** Subscription to the changes at a gateway. */
  interface Listening extends AutoCloseable {
    /** Ends the subscription; a second call does nothing. */
    @Override
    void close();
  }

  /**
   * Releases the resources of this plug-in (threads, connections). Called when the pit closes; a
   * second call does nothing. The default does nothing.
   */
  default void close() {}
}
