package org.lazaruspit.pit.internal.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.contract.ReviverContract;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;

/** A file named after its cell and agent stands in for the agent. */
final class CommandReviverContractTest extends ReviverContract {

  private static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");

  @TempDir Path folder;

  private List<String> script(String text, String... more) {
    List<String> known = List.of("sh", "-c", text, "sh", "{cell_id}.{agent_id}", folder.toString());
    return Stream.concat(known.stream(), List.of(more).stream()).toList();
  }

  @Override
  protected Reviver newReviver() {
    return new CommandReviver()
        .configured(
            new Settings(
                Map.of(
                    "start", script("[ -z \"$3\" ] && touch \"$2/$1\"", "{checkpoint}"),
                    "stop", script("rm -f \"$2/$1\""),
                    "presence", script("test -e \"$2/$1\" || exit 3"),
                    "start_within", 1),
                folder.resolve("state")));
  }

  @Override
  protected StartOrder order(long incarnation) {
    return order(incarnation, Optional.empty());
  }

  @Override
  protected Optional<StartOrder> impossibleOrder() {
    return Optional.of(order(1, Optional.of(Path.of("not empty"))));
  }

  private StartOrder order(long incarnation, Optional<Path> checkpoint) {
    return new StartOrder(
        AGENT,
        incarnation,
        folder,
        checkpoint,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        folder.resolve("writer.log"));
  }

  @Override
  protected void kill(RunningAgent running) throws IOException {
    Files.delete(folder.resolve(AGENT.cellId() + "." + AGENT.agentId()));
  }
}
