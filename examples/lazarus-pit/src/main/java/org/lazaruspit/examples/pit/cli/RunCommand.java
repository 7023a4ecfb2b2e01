package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.lazaruspit.examples.pit.service.ConfigFile;
import org.lazaruspit.examples.pit.service.Daemon;
import org.lazaruspit.examples.pit.service.Logging;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lazarus-pit run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Run the daemon until SIGTERM or SIGINT; agents run on without it.",
    footer = {
      "",
      "Without a command lazarus-pit does the same.",
      "",
      "Examples:",
      "  lazarus-pit run",
      "  lazarus-pit run --config /etc/lazarus/config.json --log-format json",
      "  lazarus-pit run --dry-run"
    })
public final class RunCommand implements Callable<Integer> {

  @Mixin private final ConfigFile config = new ConfigFile();

  @Mixin private final DryRun dryRun = new DryRun();

  @Mixin private final Logging logging = new Logging();

  @Override
  public Integer call() throws IOException, InterruptedException {
    return Daemon.run(config, dryRun.wanted(), logging);
  }
}
