package org.lazaruspit.cell;

/** Receives added, changed and removed cells. */
@FunctionalInterface
public interface MissionListener {
  /**
   * Called after a change of the missions root: in the order of the changes, by one thread at a
   * time, under no lock. An exception is logged and affects no other listener.
   *
   * @param changes the changes, never empty
   */
  void missionsChanged(RescanResult changes);
}
