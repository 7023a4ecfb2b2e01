package org.lazaruspit.examples.pit;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Whom a command is about: an agent, or a whole cell. */
final class Whom {

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

  @Spec(Target.MIXEE)
  private @Nullable CommandSpec command;

  /**
   * The agent that is meant; empty for a whole cell.
   *
   * @throws CommandLine.ParameterException if nobody is
   */
  Optional<String> agent() {
    if (agent == null && cell == null && command != null) {
      throw new CommandLine.ParameterException(
          command.commandLine(), "AGENT is missing, or --cell CELL for a whole cell");
    }
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
