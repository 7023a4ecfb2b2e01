package org.lazaruspit.examples.pit.cli;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.text.Uuids;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Target of a command: an agent or a whole cell. */
final class TargetOptions {

  static final String MISSING = "AGENT is missing, or --cell CELL for a whole cell";

  @Parameters(
      arity = "0..1",
      paramLabel = "AGENT",
      description = "The id of an agent; or of a cell, for all of its agents.")
  private @Nullable String agent;

  @Option(
      names = "--cell",
      paramLabel = "CELL",
      description = "The id of the cell: needed if several cells have an agent of that id.")
  private @Nullable UUID cell;

  /** Returns whether no target is given. */
  boolean isMissing() {
    return agent == null && cell == null;
  }

  /** Returns the agent; empty for a whole cell. */
  Optional<String> agent() {
    return Optional.ofNullable(agent).filter(id -> !isCell());
  }

  /** Returns the cell; empty if only the id of the agent is given. */
  Optional<UUID> cell() {
    return isCell() ? Optional.of(UUID.fromString(agent)) : Optional.ofNullable(cell);
  }

  /** Returns whether AGENT is the id of a cell. */
  private boolean isCell() {
    return cell == null && agent != null && Uuids.isValid(agent);
  }
}
