package org.lazaruspit.pit.spi;

import java.io.IOException;
import java.time.Duration;

/**
 * Stops what is left of an agent and starts it again. Found with {@link java.util.ServiceLoader},
 * or handed in by code.
 *
 * <p>Implementations must be thread-safe. The pit never starts or stops one agent from two threads
 * at once, but may ask for its presence meanwhile. What they throw fails the attempt at hand and
 * nothing else.
 */
public interface Reviver {

  /**
   * The stable name by which configuration and logs call this plug-in.
   *
   * @return lower case, unique among revivers, for example {@code process}
   */
  String name();

  /**
   * The instance to use with these settings.
   *
   * @param settings what the configuration says under this plug-in's name
   * @return this, or a new configured instance
   * @throws IllegalArgumentException where a setting cannot be used; the message names it
   */
  default Reviver configured(Settings settings) {
    return this;
  }

  /**
   * Whether the agent runs, from this reviver's own evidence. An agent that still runs from an
   * earlier life of the pit is adopted: the answer is then as for one just started.
   *
   * @param agent whom to look for
   * @return running, proven absent, or unknown
   * @throws IOException if the evidence could not be read
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  Presence presence(AgentRef agent) throws IOException, InterruptedException;

  /**
   * Ends everything that is left of the agent and proves that it is gone. Does nothing but prove
   * where nothing is left.
   *
   * @param agent whom to stop
   * @param grace how long the agent may take to end by itself before it is killed; zero kills at
   *     once
   * @return gone, or still there
   * @throws IOException if the evidence could not be read
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  StopOutcome stop(AgentRef agent, Duration grace) throws IOException, InterruptedException;

  /**
   * Starts the agent. Must refuse while anything of it runs.
   *
   * @param order whom, and with what
   * @return the started agent
   * @throws IOException if it could not be started; the message says why
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  RunningAgent start(StartOrder order) throws IOException, InterruptedException;

  /**
   * Whether this reviver starts agents by a launcher of the configuration. An agent that none fits
   * is then never taken for one that merely does not run.
   *
   * @return false by default
   */
  default boolean needsLauncher() {
    return false;
  }

  /** Lets go of every agent without stopping any, and ends what this reviver itself started. */
  default void close() {}
}
