package org.lazaruspit.pit.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Gives each cell to one pit at a time. Found with {@link java.util.ServiceLoader}, in a JAR of the
 * plug-in directory, or handed in by code. {@code CellOwnershipContract} in this module's test JAR
 * tests an implementation against this contract.
 *
 * <p><b>Lifecycle.</b> Of an instance from the service loader only {@link #name} and {@link
 * #configured} are called; the result of {@code configured}, or an instance handed in by code, is
 * used until it is closed.
 *
 * <p><b>Threads.</b> Implementations and their claims must be thread-safe.
 *
 * <p><b>Time.</b> {@link #claim} does not wait for another pit and returns in bounded time. {@link
 * Claim#held} is called before every step and must not block.
 *
 * <p><b>Errors.</b> After any exception, and after a null result, the cell counts as not claimed:
 * it is left alone, and claimed again at the next poll.
 */
public interface CellOwnership {

  /**
   * Returns the stable name of this plug-in in configuration and logs.
   *
   * @return lower case, unique among ownerships, for example {@code file-lock}
   */
  String name();

  /**
   * Returns an instance with these settings. The default ignores them and returns this instance.
   *
   * @param settings the settings under this plug-in's name in the configuration
   * @return this, or a new configured instance
   * @throws IllegalArgumentException if a setting is invalid; the message names it
   */
  default CellOwnership configured(Settings settings) {
    return this;
  }

  /**
   * Tries to claim a cell, without waiting. Exactly one of several concurrent calls succeeds, in
   * this JVM or elsewhere; a failed call does not affect the owner.
   *
   * @param cellId the cell's id
   * @param directory the cell's directory
   * @return the claim, or empty while another pit owns the cell
   * @throws IOException if the ownership cannot be determined
   */
  Optional<Claim> claim(UUID cellId, Path directory) throws IOException;

  /**
   * Releases the resources of this plug-in (threads, sessions), after its claims were closed.
   * Called when the pit closes; a second call does nothing. The default does nothing.
   */
  default void close() {}

  /** Claim on a cell, held until it is closed or lost. Thread-safe. */
  interface Claim extends AutoCloseable {

    /**
     * Returns the epoch: higher than that of every earlier owner of the cell, and constant.
     *
     * @return a number that rises with each owner
     */
    long epoch();

    /**
     * Returns whether the claim is still valid. Called before every step that changes something.
     *
     * @return false as soon as another pit may own the cell
     */
    boolean held();

    /**
     * Returns whether the cell should move to another pit, to balance the load. The pit then
     * releases the cell at a poll, once no revival in it is in progress, and remains its owner
     * until then. Called at every poll; must not block. The default returns false.
     *
     * @return true to request the release
     */
    default boolean wantedElsewhere() {
      return false;
    }

    /** Releases the cell; a second call does nothing, even while the next owner has the cell. */
    @Override
    void close();
  }
}
