package org.lazaruspit.pit.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Decides which pit works a cell: one at a time. Found with {@link java.util.ServiceLoader}, or
 * handed in by code. Implementations must be thread-safe.
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
   * Tries to become the owner of a cell, without waiting.
   *
   * @param cellId the cell
   * @param directory the cell's directory
   * @return the claim, or empty while another pit has it
   * @throws IOException if it could not be found out
   */
  Optional<Claim> claim(UUID cellId, Path directory) throws IOException;

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

    /** Lets go of the cell; a second call does nothing. */
    @Override
    void close();
  }
}
