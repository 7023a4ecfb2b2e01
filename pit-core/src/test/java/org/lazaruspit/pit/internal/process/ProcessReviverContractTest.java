package org.lazaruspit.pit.internal.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.contract.ReviverContract;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;

final class ProcessReviverContractTest extends ReviverContract {

  @TempDir Path folder;

  @Override
  protected Reviver newReviver() {
    return new ProcessReviver().configured(new Settings(Map.of(), folder.resolve("state")));
  }

  @Override
  protected StartOrder order(long incarnation) {
    return order(incarnation, "sleep", "600");
  }

  @Override
  protected Optional<StartOrder> impossibleOrder() {
    return Optional.of(order(1, "/no/such/program"));
  }

  private StartOrder order(long incarnation, String... command) {
    return new StartOrder(
        new AgentRef(new UUID(1, 2), "writer"),
        incarnation,
        folder,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(new Launcher("default", List.of(command), Map.of(), Optional.empty())),
        folder.resolve("logs").resolve("writer.log"));
  }

  @Override
  protected void kill(RunningAgent running) {
    long pid = Long.parseLong(running.description().replace("pid ", ""));
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    process.onExit().join();
  }
}
