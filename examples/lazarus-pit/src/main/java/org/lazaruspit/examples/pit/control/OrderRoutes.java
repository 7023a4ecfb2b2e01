package org.lazaruspit.examples.pit.control;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.heartbeat.http.Problem;
import org.lazaruspit.heartbeat.http.ProblemException;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalEngine;
import org.lazaruspit.pit.spi.AgentRef;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Routes for reports, requests, approvals and orders. */
public final class OrderRoutes {

  /** Maximum length of a reason in characters: lines of the journal are bounded. */
  private static final int MAX_REASON = 2_000;

  private final CurrentPit current;

  private OrderRoutes(CurrentPit current) {
    this.current = current;
  }

  public static List<Route> of(CurrentPit current) {
    OrderRoutes routes = new OrderRoutes(current);
    return List.of(
        Route.get("/api/report", request -> Response.json(ReportJson.of(routes.pitReport()))),
        Route.get("/api/revivals", request -> Response.json(routes.revivals())),
        Route.post("/api/revivals", request -> Response.json(routes.request(request))),
        Route.post("/api/revivals/{id}/approve", request -> Response.json(routes.approve(request))),
        Route.post("/api/revivals/{id}/deny", request -> Response.json(routes.deny(request))),
        Route.get("/api/why", request -> Response.json(routes.why(request))),
        Route.post("/api/orders", request -> Response.json(routes.order(request))));
  }

  private PitReport pitReport() {
    return current.work().pit().report();
  }

  private RevivalEngine engine() {
    return current.work().pit().engine();
  }

  private ObjectNode revivals() {
    ObjectNode json = Json.object();
    ArrayNode list = json.putArray("revivals");
    engine().revivals().forEach(revival -> list.add(RevivalJson.of(revival)));
    return json;
  }

  /**
   * Requests a revival, on behalf of any agent. A request is evidence and no order: the policy of
   * the mission or an operator decides, and a healthy agent is left alone.
   */
  private ObjectNode request(ControlRequest request) throws IOException, ProblemException {
    ObjectNode body = request.body(Set.of("cell", "agent", "reason"));
    String reason =
        reason(body)
            .orElseThrow(
                () ->
                    ProblemException.of(
                        Problem.BAD_REQUEST, "reason: missing, expected the observed failure"));
    Optional<String> agentId = text(body, "agent");
    if (agentId.isEmpty()) {
      throw ProblemException.of(Problem.BAD_REQUEST, "agent: missing");
    }
    RevivalEngine engine = engine();
    AgentRef agent = Target.of(engine, text(body, "cell"), agentId).agent();
    for (AgentLine line : pitReport().agents()) {
      if (line.agent().equals(agent) && line.healthy()) {
        throw new IllegalStateException(
            "%s: no revival, healthy in the last round: %s".formatted(agent, line.judgement()));
      }
    }
    return RevivalJson.of(
        engine
            .request(agent, FailureCause.REPORTED, reason)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "%s: no revival on request: %s"
                            .formatted(agent, engine.why(agent).next()))));
  }

  private ObjectNode approve(ControlRequest request) throws IOException, ProblemException {
    String by = reason(request.body(Set.of("reason"))).orElse("approved by an operator");
    return RevivalJson.of(engine().approve(request.variable("id"), by));
  }

  private ObjectNode deny(ControlRequest request) throws IOException, ProblemException {
    String why =
        reason(request.body(Set.of("reason")))
            .orElseThrow(() -> ProblemException.of(Problem.BAD_REQUEST, "reason: missing"));
    return RevivalJson.of(engine().deny(request.variable("id"), why));
  }

  private ObjectNode why(ControlRequest request) throws ProblemException {
    RevivalEngine engine = engine();
    Target target = Target.of(engine, request.query("cell"), request.query("agent"));
    if (target.agentId().isPresent()) {
      return RevivalJson.why(engine, target.agent());
    }
    ObjectNode json = Json.object();
    json.put("cell_id", target.cellId().toString());
    ArrayNode agents = json.putArray("agents");
    for (AgentRef agent : target.agents(engine)) {
      agents.add(RevivalJson.why(engine, agent));
    }
    return json;
  }

  private ObjectNode order(ControlRequest request) throws IOException, ProblemException {
    ObjectNode body = request.body(Set.of("order", "cell", "agent", "until", "reason"));
    String order =
        text(body, "order")
            .orElseThrow(() -> ProblemException.of(Problem.BAD_REQUEST, "order: missing"));
    Optional<Instant> until = until(body, order);
    String reason = reason(body).orElse("");
    RevivalEngine engine = engine();
    Target target = Target.of(engine, text(body, "cell"), text(body, "agent"));
    List<Revival> revivals = new ArrayList<>();
    switch (order) {
      case "revive" -> revivals.addAll(revive(engine, target, reason));
      case "stop" -> target.give(a -> engine.stop(a, reason), c -> engine.stop(c, reason));
      case "pause" ->
          target.give(a -> engine.pause(a, until, reason), c -> engine.pause(c, until, reason));
      case "resume" -> target.give(a -> engine.resume(a, reason), c -> engine.resume(c, reason));
      case "lift" -> target.give(a -> engine.lift(a, reason), c -> engine.lift(c, reason));
      default ->
          throw ProblemException.of(
              Problem.BAD_REQUEST,
              "order: \"" + order + "\" is not revive, stop, pause, resume or lift");
    }
    ObjectNode json = Json.object();
    json.put("order", order);
    json.put("cell_id", target.cellId().toString());
    json.put("agent_id", target.agentId().orElse(null));
    ArrayNode list = json.putArray("revivals");
    revivals.forEach(revival -> list.add(RevivalJson.of(revival)));
    return json;
  }

  /** Orders revivals; in a whole cell, agents found healthy in the last round are left alone. */
  private List<Revival> revive(RevivalEngine engine, Target target, String reason)
      throws IOException {
    if (target.agentId().isPresent()) {
      return List.of(engine.revive(target.agent(), reason));
    }
    Set<AgentRef> healthy =
        pitReport().agents().stream()
            .filter(AgentLine::healthy)
            .map(AgentLine::agent)
            .collect(Collectors.toSet());
    List<Revival> revivals = new ArrayList<>();
    for (AgentRef agent : target.agents(engine)) {
      if (!healthy.contains(agent)) {
        revivals.add(engine.revive(agent, reason));
      }
    }
    return revivals;
  }

  private static Optional<Instant> until(ObjectNode body, String order) throws ProblemException {
    Optional<String> text = text(body, "until");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (!order.equals("pause")) {
      throw ProblemException.of(Problem.BAD_REQUEST, "until: only a pause ends by itself");
    }
    try {
      Instant end = OffsetDateTime.parse(text.get()).toInstant();
      if (!end.isAfter(Instant.now())) {
        throw ProblemException.of(Problem.BAD_REQUEST, "until: " + end + " is past");
      }
      return Optional.of(end);
    } catch (DateTimeException e) {
      throw ProblemException.of(
          Problem.BAD_REQUEST,
          "until: \"" + text.get() + "\" is not an instant, for example 2026-01-31T09:30:00Z");
    }
  }

  private static Optional<String> reason(ObjectNode body) throws ProblemException {
    Optional<String> reason = text(body, "reason").map(String::strip).filter(r -> !r.isEmpty());
    if (reason.isPresent() && reason.get().length() > MAX_REASON) {
      throw ProblemException.of(
          Problem.BAD_REQUEST, "reason: longer than " + MAX_REASON + " characters");
    }
    return reason;
  }

  private static Optional<String> text(ObjectNode body, String field) throws ProblemException {
    JsonNode value = body.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw ProblemException.of(Problem.BAD_REQUEST, field + ": " + value + " is not a text");
    }
    return Optional.of(value.asString());
  }
}
