package org.lazaruspit.examples.pit.page;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.examples.pit.control.RevivalJson;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.PitReport.Status;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import tools.jackson.databind.node.ObjectNode;

/**
 * Agent as the page shows it: result of the last round, and later changes. Immutable.
 *
 * @param line the result of the last round
 * @param name the name for people
 * @param currentTask the current task; null if unknown
 * @param restriction the strongest restriction; null if there is none
 * @param revival the newest revival, if open or younger than the report; null otherwise
 */
record FleetAgent(
    AgentLine line,
    String name,
    @Nullable String currentTask,
    @Nullable Restriction restriction,
    @Nullable Revival revival) {

  /** Maximum length of a text in characters. */
  private static final int MAX_LENGTH = 300;

  static FleetAgent of(
      AgentLine line,
      @Nullable AgentSpec spec,
      List<Restriction> restrictions,
      Optional<Revival> latest,
      Instant reported) {
    return new FleetAgent(
        line,
        spec == null ? line.agent().agentId() : cut(spec.name()),
        spec == null ? null : spec.currentTask(),
        restrictions.isEmpty() ? null : restrictions.get(0),
        latest.filter(it -> it.status().open() || it.changedAt().isAfter(reported)).orElse(null));
  }

  /** Returns the status; the journal may be newer than the last round. */
  Status status() {
    if (restriction != null
        && line.status() != Status.HEALTHY
        && line.status() != Status.DEGRADED) {
      return shown(restriction);
    }
    if (restriction != null && restriction.kind() != Restriction.Kind.HELD) {
      return shown(restriction);
    }
    if (revival == null || revival.origin() == Revival.Origin.HANDOVER) {
      return line.status();
    }
    return switch (revival.status()) {
      case REVIVING, VERIFYING -> Status.REVIVING;
      case PENDING -> revival.attempt() > 0 ? Status.REVIVING : Status.UNHEALTHY;
      case PENDING_APPROVAL -> Status.UNHEALTHY;
      case REVIVED -> Status.HEALTHY;
      case FAILED, DENIED, DECLINED -> Status.UNHEALTHY;
      case SUPERSEDED -> line.status();
    };
  }

  private static Status shown(Restriction restriction) {
    return switch (restriction.kind()) {
      case STOPPED -> Status.STOPPED;
      case PAUSED -> Status.PAUSED;
      case QUARANTINED -> Status.QUARANTINED;
      case HELD -> Status.HELD;
    };
  }

  ObjectNode json() {
    Status status = status();
    ObjectNode json = Json.object();
    json.put("cell_id", line.agent().cellId().toString());
    json.put("agent_id", line.agent().agentId());
    json.put("name", name);
    json.put("gateway", line.gateway().orElse(null));
    json.put("status", status.wireName());
    json.put("healthy", status == Status.HEALTHY);
    json.put(
        "incarnation",
        revival == null ? line.incarnation() : Math.max(line.incarnation(), revival.incarnation()));
    json.put("progress", line.progress().map(FleetAgent::cut).orElse(null));
    Json.put(json, "last_heartbeat", line.lastHeartbeat());
    json.put("waiting", line.waiting().map(FleetAgent::cut).orElse(null));
    json.put("judgement", cut(judgement()));
    json.set("standing", restriction == null ? null : RevivalJson.of(restriction));
    json.put("current_task", currentTask);
    json.set("revival", open());
    return json;
  }

  private String judgement() {
    if (revival == null) {
      return line.judgement();
    }
    return revival.status().open() && revival.attempt() == 0
        ? revival.reason()
        : revival.detail().isEmpty() ? revival.status().wireName() : revival.detail();
  }

  private @Nullable ObjectNode open() {
    if (revival == null || !revival.status().open()) {
      return null;
    }
    ObjectNode json = Json.object();
    json.put("id", revival.id());
    json.put("status", revival.status().wireName());
    return json;
  }

  /** Shortens a text; keeps surrogate pairs whole. */
  private static String cut(String text) {
    if (text.length() <= MAX_LENGTH) {
      return text;
    }
    int end =
        Character.isHighSurrogate(text.charAt(MAX_LENGTH - 2)) ? MAX_LENGTH - 2 : MAX_LENGTH - 1;
    return text.substring(0, end) + "\u2026";
  }
}
