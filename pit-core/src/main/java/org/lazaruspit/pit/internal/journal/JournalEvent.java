package org.lazaruspit.pit.internal.journal;

/** Something that happened in a cell, as its journal holds it. Immutable and thread-safe. */
public sealed interface JournalEvent permits RevivalEvent, RestrictionEvent {

  /** Whom it is about; empty where it is about the whole cell. */
  String agentId();

  /** Its name in the journal: lower case, unique among all events. */
  String name();

  /** The evidence or the reason, in words; empty where there is nothing to add. */
  String detail();
}
