package org.lazaruspit.examples.pit;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
    description = "Show how the running daemon and its fleet are.")
final class StatusCommand implements Callable<Integer> {

  @Mixin private final ConfigFile config = new ConfigFile();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    return run(config, json, Objects.requireNonNull(spec));
  }

  static int run(ConfigFile file, boolean json, CommandSpec spec) throws IOException {
    PitConfig config = file.load();
    PrintWriter out = spec.commandLine().getOut();
    JsonNode status;
    try {
      status = ControlClient.find(config).get("/api/status");
    } catch (NotRunningException e) {
      if (!json) {
        throw e;
      }
      ObjectNode no = Json.object();
      no.put("running", false);
      no.put("detail", e.getMessage());
      out.println(Json.pretty(no));
      return Complaint.NO;
    }
    out.println(json ? Json.pretty(status) : StatusText.of(status));
    return 0;
  }
}
