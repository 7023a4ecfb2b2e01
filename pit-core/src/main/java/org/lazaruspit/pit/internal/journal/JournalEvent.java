package org.lazaruspit.pit.internal.journal;

/** Event of a cell, as its journal holds it. Immutable and thread-safe. */
public sealed interface JournalEvent permits RevivalEvent, RestrictionEvent {

  /** Returns the id of the agent; empty for an event of the whole cell. */
  String agentId();

  /** Returns the name in the journal: lower case, unique among all events. */
  String name();

  /** Returns the evidence or the reason, for people; may be empty. */
  String detail();
}
