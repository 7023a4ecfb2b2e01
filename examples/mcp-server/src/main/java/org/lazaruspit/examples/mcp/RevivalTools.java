package org.lazaruspit.examples.mcp;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalHistory;
import org.lazaruspit.pit.RevivalStep;
import tools.jackson.databind.JsonNode;

/** Tools around revivals. None of them approves one: that is for people. */
final class RevivalTools {

  private static final int SHOWN = 50;
  private static final List<String> FIELDS =
      List.of(
          "id",
          "agent_id",
          "cell_id",
          "reason",
          "requested_at",
          "status",
          "revived_at",
          "origin",
          "cause",
          "attempt",
          "incarnation",
          "step",
          "substitute",
          "changed_at",
          "detail");
  private static final List<String> OPEN =
      List.of("pending", "pending_approval", "reviving", "verifying");

  private final Missions missions;
  private final Optional<Daemon> daemon;

  RevivalTools(Missions missions, Optional<Daemon> daemon) {
    this.missions = missions;
    this.daemon = daemon;
  }

  Map<String, Object> list(Arguments arguments) throws Exception {
    Optional<UUID> cell = arguments.optionalCellId();
    Optional<String> agentId = arguments.optionalIdentifier("agent_id");
    boolean openOnly = arguments.flag("open_only");
    boolean fromPit = daemon.isPresent() && daemon.get().isRunning();
    List<Map<String, Object>> all = fromPit ? fromPit(daemon.get()) : fromCells(cell);
    List<Map<String, Object>> matching =
        all.stream()
            .filter(it -> cell.isEmpty() || cell.get().toString().equals(text(it, "cell_id")))
            .filter(it -> agentId.isEmpty() || agentId.get().equals(text(it, "agent_id")))
            .filter(it -> !openOnly || OPEN.contains(text(it, "status")))
            .sorted(newestFirst())
            .toList();
    int limit = arguments.number("limit").orElse(SHOWN);
    return Json.object(
        "source", fromPit ? "pit" : "journals",
        "total", matching.size(),
        "revivals", matching.stream().limit(limit).toList());
  }

  private static Comparator<Map<String, Object>> newestFirst() {
    return Comparator.<Map<String, Object>, Instant>comparing(
            it -> Instant.parse(text(it, "requested_at")))
        .reversed();
  }

  Map<String, Object> request(Arguments arguments) throws Exception {
    String agentId = arguments.identifier("agent_id");
    String reason = arguments.text("reason");
    Optional<UUID> cell = arguments.optionalCellId();
    Daemon pit =
        daemon.orElseThrow(
            () ->
                new ToolException(
                    "only a running pit revives: this server was started without --pit"));
    Map<String, Object> body = Json.object("agent", agentId, "reason", reason);
    cell.ifPresent(id -> body.put("cell", id.toString()));
    Map<String, Object> revival = fields(pit.post("/api/revivals", body));
    return Json.object("revival", revival, "waits_for_a_person", waits(revival));
  }

  private static boolean waits(Map<String, Object> revival) {
    return text(revival, "status").equals("pending_approval");
  }

  private static String text(Map<String, Object> revival, String field) {
    Object value = revival.get(field);
    return value instanceof JsonNode node ? node.asString("") : String.valueOf(value);
  }

  private static List<Map<String, Object>> fromPit(Daemon pit) throws Exception {
    List<Map<String, Object>> revivals = new ArrayList<>();
    for (JsonNode revival : pit.get("/api/revivals").path("revivals")) {
      revivals.add(fields(revival));
    }
    return revivals;
  }

  /** Only what the output schema promises: a later pit may say more. */
  private static Map<String, Object> fields(JsonNode revival) {
    Map<String, Object> fields = Json.object();
    FIELDS.forEach(name -> fields.put(name, Json.plain(revival.path(name))));
    return fields;
  }

  /** Read beside whoever writes them: a pit of somebody else's, or none. */
  private List<Map<String, Object>> fromCells(Optional<UUID> cell)
      throws ToolException, IOException {
    List<MissionCell> cells =
        cell.isPresent() ? List.of(missions.cell(cell.get())) : missions.cells();
    List<Map<String, Object>> revivals = new ArrayList<>();
    for (MissionCell each : cells) {
      for (Revival revival : RevivalHistory.read(each)) {
        revivals.add(fields(revival));
      }
    }
    return revivals;
  }

  private static Map<String, Object> fields(Revival revival) {
    return Json.object(
        "id", revival.id(),
        "agent_id", revival.agent().agentId(),
        "cell_id", revival.agent().cellId(),
        "reason", revival.reason(),
        "requested_at", revival.requestedAt(),
        "status", revival.status().wireName(),
        "revived_at", revival.revivedAt(),
        "origin", revival.origin().name().toLowerCase(Locale.ROOT),
        "cause", revival.cause().wireName(),
        "attempt", revival.attempt(),
        "incarnation", revival.incarnation(),
        "step", revival.step().map(RevivalStep::wireName),
        "substitute", revival.substitute(),
        "changed_at", revival.changedAt(),
        "detail", revival.detail());
  }
}
