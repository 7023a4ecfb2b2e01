package org.lazaruspit.examples.pit.cli;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.text.Uuids;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whom a command is about: an agent, or a whole cell. */
final class TargetOptions {

  static final String MISSING = "AGENT is missing, or --cell CELL for a whole cell";

  @Parameters(
      arity = "0..1",
      paramLabel = "AGENT",
      description = "The agent's id; or a cell's, for all of its agents.")
  private @Nullable String agent;

  @Option(
      names = "--cell",
      paramLabel = "CELL",
      description = "The cell's id: needed where several cells have an agent of that id.")
  private @Nullable UUID cell;

  /** Whether nobody is named. */
  boolean isMissing() {
    return agent == null && cell == null;
  }

  /** The agent that is meant; empty for a whole cell. */
  Optional<String> agent() {
    return Optional.ofNullable(agent).filter(id -> !isCell());
  }

  /** The cell that is meant; empty where the agent's id has to do. */
  Optional<UUID> cell() {
    return isCell() ? Optional.of(UUID.fromString(agent)) : Optional.ofNullable(cell);
  }

  /** Whether a cell's id stands in the place of an agent's. */
  private boolean isCell() {
    return cell == null && agent != null && Uuids.isValid(agent);
  }
}
