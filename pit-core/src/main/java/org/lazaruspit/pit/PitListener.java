package org.lazaruspit.pit;

/**
 * Is told what a pit does, after the fact and in order. Called on one thread of its own, never
 * under a lock; what it throws is logged under its class name and stops nothing. One that is slow
 * delays the other listeners alone; past 10,000 waiting messages the newest are dropped, and the
 * log says so.
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
