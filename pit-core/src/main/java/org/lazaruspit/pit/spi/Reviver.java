package org.lazaruspit.pit.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Stops what is left of an agent and starts it again. Found with {@link java.util.ServiceLoader},
 * in a JAR of the plug-in directory, or handed in by code. {@code ReviverContract} in this module's
 * test JAR holds every sentence below against an implementation.
 *
 * <p><b>Life.</b> An instance made by its constructor is only asked for its {@link #name} and
 * {@link #configured}. What that returns is used until it is closed; so is an instance handed in by
 * code.
 *
 * <p><b>Threads.</b> Implementations must be thread-safe. The pit never starts or stops one agent
 * from two threads at once, but may ask for its presence meanwhile, and for other agents anything.
 *
 * <p><b>Time.</b> {@link #presence} is asked for every agent at every poll: it should answer within
 * milliseconds where it can. Every method gives up by itself in bounded time. The pit does not wait
 * for a plug-in for ever: it goes on without the answer and interrupts the thread it left behind.
 *
 * <p><b>Interruption</b> ends a call soon, with {@link InterruptedException}; what it had begun may
 * be half done, and the next {@link #stop} has to cope with that.
 *
 * <p><b>Errors.</b> An {@link IOException} fails the act at hand or leaves a question open, and is
 * never evidence about an agent. Whatever else is thrown, and a null, is a fault of the plug-in,
 * logged with its name and the call, and counts the same; nobody else is harmed by it.
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
   * Tells of a cell that this pit works from now on, before anything is asked about its agents, and
   * again each time that it takes the cell on. Another pit may have worked it until then, and may
   * have left agents running: a reviver that cannot tell says so by an exception, and the cell is
   * left alone until the next poll. Does nothing by default.
   *
   * @param cellId the cell's id
   * @param cellDirectory where it is
   * @throws IOException if agents of this cell could run without this reviver seeing them
   */
  default void claimed(UUID cellId, Path cellDirectory) throws IOException {}

  /**
   * Whether the agent runs, from this reviver's own evidence. An agent that still runs from an
   * earlier life of the pit is adopted: the answer is then as for one just started. Changes
   * nothing; an agent that was never started does not run.
   *
   * @param agent whom to look for
   * @return running, proven absent, or unknown
   * @throws IOException if the evidence could not be read
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  Presence presence(AgentRef agent) throws IOException, InterruptedException;

  /**
   * Ends everything that is left of the agent, whoever started it, and proves that it is gone. Does
   * nothing but prove where nothing is left. The agent's exit is complete afterwards. What runs as
   * a newer incarnation than the order is for is left alone, as far as this reviver can tell
   * incarnations.
   *
   * @param order whom to stop, and up to which incarnation
   * @return gone, still there, or that the order is too old
   * @throws IOException if the evidence could not be read
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  StopOutcome stop(StopOrder order) throws IOException, InterruptedException;

  /**
   * Starts the agent. Must refuse while anything of it runs, with an {@link IOException} or by an
   * exit that comes at once; what runs is then left alone.
   *
   * @param order whom, and with what
   * @return the started agent, of the order's incarnation
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

  /**
   * Lets go of every agent without stopping any, and ends what this reviver itself runs (threads,
   * helpers). Called once when the pit closes; a second call does nothing.
   */
  default void close() {}
}
