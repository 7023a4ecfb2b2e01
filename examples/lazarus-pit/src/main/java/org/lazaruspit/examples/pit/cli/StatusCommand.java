package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.service.ConfigFile;
import org.lazaruspit.examples.pit.text.ErrorReport;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code lazarus-pit status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Show a summary of the running daemon and its fleet.",
    footer = {
      "",
      "Exit status 1 means that no daemon is running with this configuration.",
      "",
      "Examples:",
      "  lazarus-pit status",
      "  lazarus-pit status --json | jq .agents_by_status"
    })
public final class StatusCommand implements Callable<Integer> {

  @Mixin private final ConfigFile config = new ConfigFile();

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    return run(config, json, Objects.requireNonNull(spec));
  }

  public static int run(ConfigFile file, boolean json, CommandSpec spec) throws IOException {
    PitConfig config = file.load();
    Console console = Console.of(spec);
    try {
      ControlClient daemon = ControlClient.find(config);
      JsonNode status = daemon.get("/api/status");
      if (json) {
        console.json(status);
      } else {
        StatusText.write(console, status, daemon.url(), Instant.now());
      }
      return 0;
    } catch (NotRunningException e) {
      if (!json) {
        throw e;
      }
      ObjectNode no = Json.object();
      no.put("running", false);
      no.put("detail", e.getMessage());
      console.json(no);
      return ErrorReport.NO;
    }
  }
}
