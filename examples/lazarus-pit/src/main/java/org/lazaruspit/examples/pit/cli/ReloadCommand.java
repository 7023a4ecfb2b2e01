package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import org.lazaruspit.examples.pit.text.Json;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code lazarus-pit reload}. */
@Command(
    name = "reload",
    mixinStandardHelpOptions = true,
    description = "Make the daemon read its configuration again; agents run on.",
    footer = {
      "",
      "A configuration with problems is refused with a list of them; the old one stays in force.",
      "",
      "Example:",
      "  lazarus-pit reload"
    })
public final class ReloadCommand extends DaemonCommand {

  @Override
  int ask(ControlClient daemon) throws IOException {
    JsonNode answer = daemon.post("/api/reload", Json.object());
    print(answer, console -> console.line("the configuration was reloaded"));
    return 0;
  }
}
