package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.lazaruspit.examples.pit.text.RelativeTime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code lazarus-pit revivals}. */
@Command(
    name = "revivals",
    mixinStandardHelpOptions = true,
    description = "List revivals: all open ones, and the last ones that have ended.",
    footer = {
      "",
      "A revival with status pending_approval waits for approve or deny.",
      "",
      "Examples:",
      "  lazarus-pit revivals",
      "  lazarus-pit approve rv-3k9q0zt5mw",
      "  lazarus-pit revivals --json | jq '.revivals[] | select(.status == \"failed\")'"
    })
public final class RevivalsCommand extends DaemonCommand {

  private static final int ENDED_SHOWN = 20;
  private static final Set<String> OPEN =
      Set.of("pending", "pending_approval", "reviving", "verifying");

  @Option(names = "--all", description = "Show all ended revivals (--json always does).")
  private boolean all;

  @Override
  int ask(ControlClient daemon) throws IOException {
    JsonNode answer = daemon.get("/api/revivals");
    print(answer, console -> write(console, answer.path("revivals"), Instant.now()));
    return 0;
  }

  private void write(Console console, JsonNode revivals, Instant now) {
    long ended = 0;
    for (JsonNode revival : revivals) {
      ended += isOpen(revival) ? 0 : 1;
    }
    long hidden = all ? 0 : Math.max(0, ended - ENDED_SHOWN);
    long skip = hidden;
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode revival : revivals) {
      if (isOpen(revival) || skip-- <= 0) {
        rows.add(row(revival, now));
      }
    }
    if (rows.isEmpty()) {
      console.line("there are no revivals");
      return;
    }
    console.table(
        List.of("REVIVAL", "AGENT", "CELL", "STATUS", "CAUSE", "TRY", "REQUESTED", "DETAIL"), rows);
    if (hidden > 0) {
      console.line("%d older revivals have ended (--all shows them)", hidden);
    }
  }

  private static boolean isOpen(JsonNode revival) {
    return OPEN.contains(revival.path("status").asString());
  }

  private static List<String> row(JsonNode revival, Instant now) {
    return List.of(
        revival.path("id").asString(),
        revival.path("agent_id").asString(),
        revival.path("cell_id").asString(),
        revival.path("status").asString(),
        revival.path("cause").asString(),
        revival.path("attempt").asString(),
        RelativeTime.since(revival.path("requested_at").asString(""), now),
        revival.path("detail").asString());
  }
}
