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

/** Tools that list and request revivals. Approval is reserved to operators. */
final class RevivalTools {

  private static final int DEFAULT_LIMIT = 50;
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
  private final Optional<PitClient> pit;

  RevivalTools(Missions missions, Optional<PitClient> pit) {
    this.missions = missions;
    this.pit = pit;
  }

  Map<String, Object> list(Arguments arguments) throws Exception {
    Optional<UUID> cell = arguments.optionalCellId();
    Optional<String> agentId = arguments.optionalIdentifier("agent_id");
    boolean openOnly = arguments.flag("open_only");
    boolean fromPit = pit.isPresent() && pit.get().isRunning();
    List<Map<String, Object>> all = fromPit ? fromPit(pit.get()) : fromCells(cell);
    List<Map<String, Object>> matching =
        all.stream()
            .filter(it -> cell.isEmpty() || cell.get().toString().equals(text(it, "cell_id")))
            .filter(it -> agentId.isEmpty() || agentId.get().equals(text(it, "agent_id")))
            .filter(it -> !openOnly || OPEN.contains(text(it, "status")))
            .sorted(newestFirst())
            .toList();
    int limit = arguments.number("limit").orElse(DEFAULT_LIMIT);
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
    PitClient client =
        pit.orElseThrow(
            () ->
                new ToolException(
                    "a revival needs a running pit: this server was started without --pit"));
    Map<String, Object> body = Json.object("agent", agentId, "reason", reason);
    cell.ifPresent(id -> body.put("cell", id.toString()));
    Map<String, Object> revival = fields(client.post("/api/revivals", body));
    return Json.object("revival", revival, "waits_for_a_person", needsApproval(revival));
  }

  private static boolean needsApproval(Map<String, Object> revival) {
    return text(revival, "status").equals("pending_approval");
  }

  private static String text(Map<String, Object> revival, String field) {
    Object value = revival.get(field);
    return value instanceof JsonNode node ? node.asString("") : String.valueOf(value);
  }

  private static List<Map<String, Object>> fromPit(PitClient pit) throws Exception {
    List<Map<String, Object>> revivals = new ArrayList<>();
    for (JsonNode revival : pit.get("/api/revivals").path("revivals")) {
      revivals.add(fields(revival));
    }
    return revivals;
  }

  /** Keeps the fields of the output schema: a newer pit may send more. */
  private static Map<String, Object> fields(JsonNode revival) {
    Map<String, Object> fields = Json.object();
    FIELDS.forEach(name -> fields.put(name, Json.plain(revival.path(name))));
    return fields;
  }

  /** Reads the journals, also while a pit writes to them. */
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
