package org.lazaruspit.pit.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Decides which pit works a cell: one at a time. Found with {@link java.util.ServiceLoader}, in a
 * JAR of the plug-in directory, or handed in by code. {@code CellOwnershipContract} in this
 * module's test JAR holds every sentence below against an implementation.
 *
 * <p><b>Life.</b> An instance made by its constructor is only asked for its {@link #name} and
 * {@link #configured}. What that returns is used until it is closed; so is an instance handed in by
 * code.
 *
 * <p><b>Threads.</b> Implementations and their claims must be thread-safe.
 *
 * <p><b>Time.</b> {@link #claim} does not wait for another pit, and gives up by itself in bounded
 * time; {@link Claim#held} is asked before every step and must not block.
 *
 * <p><b>Errors.</b> Whatever is thrown, and a null, means that the cell is not ours: it is left
 * alone and asked for again at the next poll.
 */
public interface CellOwnership {

  /**
   * The stable name by which configuration and logs call this plug-in.
   *
   * @return lower case, unique among ownerships, for example {@code file-lock}
   */
  String name();

  /**
   * The instance to use with these settings.
   *
   * @param settings what the configuration says under this plug-in's name
   * @return this, or a new configured instance
   * @throws IllegalArgumentException where a setting cannot be used; the message names it
   */
  default CellOwnership configured(Settings settings) {
    return this;
  }

  /**
   * Tries to become the owner of a cell, without waiting. Of many who try at once, in this JVM or
   * elsewhere, one gets it; a try that fails takes nothing from the owner.
   *
   * @param cellId the cell
   * @param directory the cell's directory
   * @return the claim, or empty while another pit has it
   * @throws IOException if it could not be found out
   */
  Optional<Claim> claim(UUID cellId, Path directory) throws IOException;

  /**
   * Ends what this ownership itself runs (threads, sessions), after its claims have been closed.
   * Called once when the pit closes; a second call does nothing. The default has nothing to end.
   */
  default void close() {}

  /** A cell that is ours until it is closed or lost. Thread-safe. */
  interface Claim extends AutoCloseable {

    /**
     * The fencing epoch: higher than that of every earlier owner of the cell.
     *
     * @return a number that rises with each owner
     */
    long epoch();

    /**
     * Whether the cell is still ours. Asked before every step that changes something.
     *
     * @return false as soon as another may have it
     */
    boolean held();

    /**
     * Whether another pit is to have the cell, so that each has its share. The pit then lets go of
     * it at a poll, once no revival in the cell is under way, and stays its owner until then. Asked
     * at every poll; must not block. The default never moves a cell.
     *
     * @return true to be let go soon
     */
    default boolean wantedElsewhere() {
      return false;
    }

    /** Lets go of the cell; a second call does nothing, even while the next owner has it. */
    @Override
    void close();
  }
}
