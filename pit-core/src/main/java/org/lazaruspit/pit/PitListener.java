package org.lazaruspit.pit;

/**
 * Is told what a pit does, after the fact. Called on the pit's own threads, never under a lock;
 * what it throws is logged under its class name and stops nothing. It should return soon: the
 * revival or the round that it is told of waits for it.
 */
public interface PitListener {

  /**
   * A revival has moved: the journal has it already. The default does nothing.
   *
   * @param revival the revival as it is now
   */
  default void revivalChanged(Revival revival) {}

  /**
   * A round of the loop has ended. The default does nothing.
   *
   * @param report the fleet as that round found it
   */
  default void roundEnded(PitReport report) {}
}
