package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.AgentHealth;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.HeartbeatOutcome;
import org.lazaruspit.heartbeat.Incarnation;

/** Operations of the routes on the registry. Thread-safe. */
final class RouteHandlers {

  private static final int MAX_BODY = 64 << 10;
  private static final int MAX_BODY_OF_MANY = 1 << 20;

  private final HealthRegistry registry;
  private final FleetResponder fleet;
  private final EventStreams events;
  private final KeyBindings bindings;

  RouteHandlers(HealthRegistry registry, String instance, EventStreams events) {
    this.registry = registry;
    this.fleet = new FleetResponder(registry, instance);
    this.events = events;
    this.bindings = new KeyBindings(agentId -> registry.find(agentId).isPresent());
  }

  void perform(Route.Match match, Principal principal, Request request)
      throws IOException, ProblemException {
    switch (match.route()) {
      case HEALTH -> {
        requireFullAccess(principal);
        fleet.send(request);
      }
      case EVENTS -> {
        requireFullAccess(principal);
        events(request);
      }
      case LIVEZ -> request.respond(200, Json.TYPE, RouteHandlers::liveness);
      case HEARTBEATS -> heartbeats(principal, request);
      case HEARTBEAT -> heartbeat(permittedAgent(match, principal), principal, request);
      case FAILURE -> failure(permittedAgent(match, principal), request);
      case AGENT -> agent(permittedAgent(match, principal), principal, request);
    }
  }

  private static void requireFullAccess(Principal principal) throws ProblemException {
    if (!principal.hasFullAccess()) {
      throw ProblemException.of(Problem.FORBIDDEN, "this token permits one agent only");
    }
  }

  private String permittedAgent(Route.Match match, Principal principal) throws ProblemException {
    if (!hasIdCharacters(match.agentId())) {
      throw ProblemException.of(
          Problem.BAD_AGENT_ID,
          "an agent's id has letters, digits, dots, hyphens and underscores, the first a letter, digit or"
              + " underscore");
    }
    if (!principal.mayActFor(match.agentId())) {
      throw ProblemException.of(Problem.FORBIDDEN, "this token permits another agent only");
    }
    if (!bindings.admits(match.agentId(), principal)) {
      throw ofAnotherCell(match.agentId());
    }
    return match.agentId();
  }

  /** Checks the characters; the registry checks the length. */
  private static boolean hasIdCharacters(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean anywhere =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (!anywhere && (i == 0 || (c != '.' && c != '-'))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static void liveness(JsonWriter json) {
    json.start();
    json.name(WireWriter.STATUS).text("ok");
    json.end();
  }

  private static ProblemException ofAnotherCell(String agentId) {
    return ProblemException.of(
        Problem.FORBIDDEN,
        "the agent of another cell has the id "
            + agentId
            + "; it is free after its removal with full access");
  }

  private void claim(String agentId, Principal principal) throws ProblemException {
    if (!bindings.claim(agentId, principal)) {
      throw ofAnotherCell(agentId);
    }
  }

  private void heartbeat(String agentId, Principal principal, Request request)
      throws IOException, ProblemException {
    Heartbeat beat = WireReader.heartbeat(request.body(MAX_BODY), request.incarnation());
    claim(agentId, principal);
    HeartbeatOutcome outcome = registry.heartbeat(agentId, beat);
    Problem problem = problem(agentId, outcome);
    if (problem != null) {
      request.respond(problem);
      return;
    }
    HealthRules rules = registry.rulesFor(agentId).orElseGet(registry::rules);
    request.respond(
        200,
        Json.TYPE,
        json -> {
          json.start();
          json.name(WireWriter.STATUS).text("ok");
          json.name(WireWriter.AGENT_ID).text(agentId);
          json.name(WireWriter.TIMESTAMP).seconds(Instant.now());
          json.name(WireWriter.NEXT_HEARTBEAT).seconds(rules.heartbeatInterval());
          if (outcome instanceof HeartbeatOutcome.MetadataRefused refused) {
            json.name(WireWriter.METADATA_REFUSED).text(refused.reason());
          }
          json.end();
        });
  }

  private void heartbeats(Principal principal, Request request)
      throws IOException, ProblemException {
    List<WireReader.Part> parts = WireReader.parts(request.body(MAX_BODY_OF_MANY));
    Map<String, Problem> refused = new LinkedHashMap<>();
    Map<String, String> metadataRefused = new LinkedHashMap<>();
    for (WireReader.Part part : parts) {
      heartbeat(part, principal, refused, metadataRefused);
    }
    HealthRules rules = registry.rules();
    request.respond(
        200,
        Json.TYPE,
        json -> {
          json.start();
          json.name(WireWriter.TIMESTAMP).seconds(Instant.now());
          json.name(WireWriter.NEXT_HEARTBEAT).seconds(rules.heartbeatInterval());
          json.name("accepted").number(parts.size() - refused.size());
          json.name("refused").start();
          refused.forEach(
              (id, problem) -> {
                json.name(id);
                WireWriter.problem(json, problem);
              });
          json.end();
          if (!metadataRefused.isEmpty()) {
            json.name(WireWriter.METADATA_REFUSED).start();
            metadataRefused.forEach((id, reason) -> json.name(id).text(reason));
            json.end();
          }
          json.end();
        });
  }

  private void heartbeat(
      WireReader.Part part,
      Principal principal,
      Map<String, Problem> refused,
      Map<String, String> metadataRefused) {
    String id = part.agentId();
    Problem problem = part.problem();
    if (!principal.mayActFor(id)) {
      problem = Problem.of(Problem.FORBIDDEN, "this token permits another agent only");
    } else if (part.beat() == null
        ? !bindings.admits(id, principal)
        : !bindings.claim(id, principal)) {
      problem = ofAnotherCell(id).problem();
    } else if (part.beat() != null) {
      HeartbeatOutcome outcome = registry.heartbeat(id, part.beat());
      problem = problem(id, outcome);
      if (outcome instanceof HeartbeatOutcome.MetadataRefused reason) {
        metadataRefused.put(id, reason.reason());
      }
    }
    if (problem != null) {
      refused.put(id, problem);
    }
  }

  private void failure(String agentId, Request request) throws IOException, ProblemException {
    WireReader.Failure failure = WireReader.failure(request.body(MAX_BODY), request.incarnation());
    boolean ofAny = failure.incarnation() == WireReader.NONE;
    long incarnation = ofAny ? Incarnation.MAX : failure.incarnation();
    AgentHealth agent =
        known(agentId, registry.reportFailure(agentId, failure.error(), incarnation).orElse(null));
    if (agent.incarnation() > incarnation) {
      // The registry ignores failures of older incarnations; the reporter gets a problem.
      throw stale(agentId, agent.incarnation());
    }
    respond(request, 200, agent);
  }

  private void agent(String agentId, Principal principal, Request request)
      throws IOException, ProblemException {
    switch (request.method()) {
      case "PUT" -> register(agentId, principal, request);
      case "DELETE" -> {
        if (!registry.unregister(agentId)) {
          throw unknown(agentId);
        }
        bindings.removed(agentId, principal);
        request.respond(204);
      }
      default -> respond(request, 200, known(agentId, registry.find(agentId).orElse(null)));
    }
  }

  private void register(String agentId, Principal principal, Request request)
      throws IOException, ProblemException {
    WireReader.Registration registration =
        WireReader.registration(request.body(MAX_BODY), request.incarnation());
    claim(agentId, principal);
    HeartbeatOutcome outcome =
        registry.tryRegister(
            agentId, registration.metadata(), Math.max(0, registration.incarnation()));
    if (outcome instanceof HeartbeatOutcome.MetadataRefused refused) {
      throw ProblemException.of(Problem.BAD_FIELD, refused.reason());
    }
    Problem problem = problem(agentId, outcome);
    if (problem != null) {
      request.respond(problem);
      return;
    }
    boolean isNew = outcome instanceof HeartbeatOutcome.Accepted accepted && accepted.registered();
    respond(request, isNew ? 201 : 200, known(agentId, registry.find(agentId).orElse(null)));
  }

  private static AgentHealth known(String agentId, @Nullable AgentHealth agent)
      throws ProblemException {
    if (agent == null) {
      throw unknown(agentId);
    }
    return agent;
  }

  private static ProblemException unknown(String agentId) {
    return ProblemException.of(
        Problem.UNKNOWN_AGENT, "the registry does not know " + shown(agentId));
  }

  private static ProblemException stale(String agentId, long current) {
    return ProblemException.of(
        Problem.STALE_INCARNATION, shown(agentId) + " is registered in incarnation " + current);
  }

  private static void respond(Request request, int status, AgentHealth agent) throws IOException {
    request.respond(status, Json.TYPE, json -> WireWriter.agent(json, agent));
  }

  private static String shown(String agentId) {
    return agentId.length() <= 200 ? agentId : agentId.substring(0, 200) + "...";
  }

  /** Returns the problem of a refused heartbeat or registration, null if accepted. */
  private static @Nullable Problem problem(String agentId, HeartbeatOutcome outcome) {
    if (outcome instanceof HeartbeatOutcome.StaleIncarnation stale) {
      return stale(agentId, stale.current()).problem();
    } else if (outcome instanceof HeartbeatOutcome.UnknownAgent) {
      return Problem.of(
          Problem.UNKNOWN_AGENT,
          "the registry does not know " + shown(agentId) + " and does not register by heartbeat");
    } else if (outcome instanceof HeartbeatOutcome.RegistryFull full) {
      return Problem.of(Problem.REGISTRY_FULL, "the registry is full: " + full.limit() + " agents");
    } else if (outcome instanceof HeartbeatOutcome.BadId bad) {
      return Problem.of(Problem.BAD_AGENT_ID, bad.reason());
    }
    return null;
  }

  private void events(Request request) throws IOException, ProblemException {
    request.responseHeader("Content-Type", "text/event-stream");
    if (request.isHead()) {
      request.respond(200);
    } else {
      events.open(request);
    }
  }
}
