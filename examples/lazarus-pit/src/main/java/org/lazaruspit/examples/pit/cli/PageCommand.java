package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import org.lazaruspit.examples.pit.text.Json;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ObjectNode;

/** {@code lazarus-pit page}. */
@Command(
    name = "page",
    mixinStandardHelpOptions = true,
    description = "Print the address of the daemon's web page, with the token that opens it.",
    footer = {
      "",
      "This address gives full control of the daemon. The token is behind the #, so no browser sends",
      "it anywhere; it stays the same when the daemon is restarted.",
      "",
      "Example:",
      "  xdg-open \"$(lazarus-pit page)\""
    })
public final class PageCommand extends DaemonCommand {

  @Override
  int ask(ControlClient daemon) throws IOException {
    daemon.get("/api/status");
    String address = daemon.url() + "/#token=" + daemon.token();
    ObjectNode json = Json.object();
    json.put("url", address);
    print(json, console -> console.line("%s", address));
    return 0;
  }
}
