package org.lazaruspit.cell;

/** Is told which cells came, changed and went. */
@FunctionalInterface
public interface MissionListener {
  /**
   * Something changed. Called in the order of the changes, by one thread at a time, under no lock;
   * what it throws is logged and hurts nobody else.
   *
   * @param changes what is different now, never empty
   */
  void missionsChanged(RescanResult changes);
}
