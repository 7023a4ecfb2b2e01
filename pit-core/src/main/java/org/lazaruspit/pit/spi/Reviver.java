package org.lazaruspit.pit.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Starts and stops agents. Found with {@link java.util.ServiceLoader}, in a JAR of the plug-in
 * directory, or handed in by code. {@code ReviverContract} in this module's test JAR tests an
 * implementation against this contract.
 *
 * <p><b>Lifecycle.</b> Of an instance from the service loader only {@link #name} and {@link
 * #configured} are called; the result of {@code configured}, or an instance handed in by code, is
 * used until it is closed.
 *
 * <p><b>Threads.</b> Implementations must be thread-safe. The pit never starts or stops one agent
 * from two threads at once, but may meanwhile read its presence, and call any method for other
 * agents.
 *
 * <p><b>Time.</b> {@link #presence} is called for every agent at every poll, and should return
 * within milliseconds. Every method returns in bounded time. After a limit of the pit the loop
 * continues without the result, and the waiting thread is interrupted.
 *
 * <p><b>Interruption</b> ends a call soon, with {@link InterruptedException}. A start or stop may
 * then be half done, and the next {@link #stop} has to handle that.
 *
 * <p><b>Errors.</b> An {@link IOException} fails the current call, and is never evidence about an
 * agent. Any other exception, and a null result, is a fault of the plug-in: it is logged with the
 * plug-in's name and the call, and has the same effect, on this agent alone.
 */
public interface Reviver {

  /**
   * Returns the stable name of this plug-in in configuration and logs.
   *
   * @return lower case, unique among revivers, for example {@code process}
   */
  String name();

  /**
   * Returns an instance with these settings. The default ignores them and returns this instance.
   *
   * @param settings the settings under this plug-in's name in the configuration
   * @return this, or a new configured instance
   * @throws IllegalArgumentException if a setting is invalid; the message names it
   */
  default Reviver configured(Settings settings) {
    return this;
  }

  /**
   * Called when the pit has claimed a cell, at each claim and before any other call for its agents.
   * Another pit may have owned the cell and left agents running. After an exception the cell is
   * left alone until the next poll. The default does nothing.
   *
   * @param cellId the cell's id
   * @param cellDirectory the cell's directory
   * @throws IOException if agents of this cell may run unseen by this reviver
   */
  default void claimed(UUID cellId, Path cellDirectory) throws IOException {}

  /**
   * Returns whether the agent runs, from this reviver's own evidence. An agent that an earlier pit
   * has started is adopted, with a result as for one just started. Starts and stops no agent; an
   * agent that was never started is not reported as running.
   *
   * @param agent the agent
   * @return running, ended with processes left, absent, or unknown
   * @throws IOException if the evidence could not be read
   * @throws InterruptedException if the thread was interrupted
   */
  Presence presence(AgentRef agent) throws IOException, InterruptedException;

  /**
   * Stops every process of the agent, of any origin, and proves that it is gone, or says that it
   * cannot; for an absent agent, only the latter. Afterwards the agent's exit is complete. Leaves
   * an incarnation alone that is newer than the order allows, as far as this reviver knows
   * incarnations.
   *
   * @param order the agent, and the newest incarnation to stop
   * @return gone, still there, or that the order is too old
   * @throws IOException if the evidence could not be read
   * @throws InterruptedException if the thread was interrupted
   */
  StopOutcome stop(StopOrder order) throws IOException, InterruptedException;

  /**
   * Starts the agent. Must refuse while a process of the agent runs, with an {@link IOException} or
   * with an agent that exits at once, and must not affect the running one.
   *
   * @param order the agent and the values for its start
   * @return the started agent, of the order's incarnation
   * @throws IOException if the start failed; the message gives the reason
   * @throws InterruptedException if the thread was interrupted
   */
  RunningAgent start(StartOrder order) throws IOException, InterruptedException;

  /**
   * Returns whether this reviver needs a launcher from the configuration to start agents. If so, an
   * agent without a launcher is never judged as merely not running.
   *
   * @return false by default
   */
  default boolean needsLauncher() {
    return false;
  }

  /**
   * Releases the resources of this plug-in (threads, helper programs), and stops no agent. Called
   * when the pit closes; a second call does nothing. The default does nothing.
   */
  default void close() {}
}
