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

/** What each route does with the registry. */
final class RouteHandlers {

  private static final int MAX_BODY = 64 << 10;
  private static final int MAX_BODY_OF_MANY = 1 << 20;

  private final HealthRegistry registry;
  private final FleetResponder fleet;
  private final EventStreams events;

  RouteHandlers(HealthRegistry registry, String instance, EventStreams events) {
    this.registry = registry;
    this.fleet = new FleetResponder(registry, instance);
    this.events = events;
  }

  void perform(Route.Match match, Principal caller, Request request)
      throws IOException, ProblemException {
    switch (match.route()) {
      case HEALTH -> {
        forAll(caller);
        fleet.send(request);
      }
      case EVENTS -> {
        forAll(caller);
        events(request);
      }
      case LIVEZ -> request.answer(200, Json.TYPE, RouteHandlers::lives);
      case HEARTBEATS -> heartbeats(caller, request);
      case HEARTBEAT -> heartbeat(of(match, caller), request);
      case FAILURE -> failure(of(match, caller), request);
      case AGENT -> agent(of(match, caller), request);
    }
  }

  private static void forAll(Principal caller) throws ProblemException {
    if (!caller.mayDoEverything()) {
      throw ProblemException.of(Problem.FORBIDDEN, "this token speaks for one agent, not for all");
    }
  }

  private static String of(Route.Match match, Principal caller) throws ProblemException {
    if (!looksLikeAnId(match.agentId())) {
      throw ProblemException.of(
          Problem.BAD_AGENT_ID,
          "an agent's id has letters, digits, dots, hyphens and underscores, the first a letter, digit or"
              + " underscore");
    }
    if (!caller.maySpeakFor(match.agentId())) {
      throw ProblemException.of(Problem.FORBIDDEN, "this token speaks for another agent");
    }
    return match.agentId();
  }

  /** How long it may be is the registry's affair. */
  private static boolean looksLikeAnId(String text) {
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

  private static void lives(JsonWriter json) {
    json.start();
    json.name(WireWriter.STATUS).text("ok");
    json.end();
  }

  private void heartbeat(String agentId, Request request) throws IOException, ProblemException {
    Heartbeat beat = WireReader.heartbeat(request.body(MAX_BODY), request.incarnation());
    HeartbeatOutcome outcome = registry.heartbeat(agentId, beat);
    Problem problem = problem(agentId, outcome);
    if (problem != null) {
      request.answer(problem);
      return;
    }
    HealthRules rules = registry.rulesFor(agentId).orElseGet(registry::rules);
    request.answer(
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

  private void heartbeats(Principal caller, Request request) throws IOException, ProblemException {
    List<WireReader.Part> parts = WireReader.parts(request.body(MAX_BODY_OF_MANY));
    Map<String, Problem> refused = new LinkedHashMap<>();
    Map<String, String> metadataRefused = new LinkedHashMap<>();
    for (WireReader.Part part : parts) {
      judge(part, caller, refused, metadataRefused);
    }
    HealthRules rules = registry.rules();
    request.answer(
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

  private void judge(
      WireReader.Part part,
      Principal caller,
      Map<String, Problem> refused,
      Map<String, String> metadataRefused) {
    String id = part.agentId();
    Problem problem = part.problem();
    if (!caller.maySpeakFor(id)) {
      problem = Problem.of(Problem.FORBIDDEN, "this token speaks for another agent");
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
    long incarnation = ofAny ? Long.MAX_VALUE : failure.incarnation();
    AgentHealth agent =
        known(agentId, registry.reportFailure(agentId, failure.error(), incarnation).orElse(null));
    if (agent.incarnation() > incarnation) {
      // The registry has not held it against the successor; whoever reported it should know.
      throw stale(agentId, agent.incarnation());
    }
    answer(request, 200, agent);
  }

  private void agent(String agentId, Request request) throws IOException, ProblemException {
    switch (request.method()) {
      case "PUT" -> register(agentId, request);
      case "DELETE" -> {
        if (!registry.unregister(agentId)) {
          throw unknown(agentId);
        }
        request.answer(204);
      }
      default -> answer(request, 200, known(agentId, registry.find(agentId).orElse(null)));
    }
  }

  private void register(String agentId, Request request) throws IOException, ProblemException {
    WireReader.Registration asked =
        WireReader.registration(request.body(MAX_BODY), request.incarnation());
    HeartbeatOutcome outcome =
        registry.tryRegister(agentId, asked.metadata(), Math.max(0, asked.incarnation()));
    if (outcome instanceof HeartbeatOutcome.MetadataRefused refused) {
      throw ProblemException.of(Problem.BAD_FIELD, refused.reason());
    }
    Problem problem = problem(agentId, outcome);
    if (problem != null) {
      request.answer(problem);
      return;
    }
    boolean isNew = outcome instanceof HeartbeatOutcome.Accepted accepted && accepted.registered();
    answer(request, isNew ? 201 : 200, known(agentId, registry.find(agentId).orElse(null)));
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
        Problem.STALE_INCARNATION, shown(agentId) + " lives in incarnation " + current);
  }

  private static void answer(Request request, int status, AgentHealth agent) throws IOException {
    request.answer(status, Json.TYPE, json -> WireWriter.agent(json, agent));
  }

  private static String shown(String agentId) {
    return agentId.length() <= 200 ? agentId : agentId.substring(0, 200) + "...";
  }

  /** Why it did not count, null if it did. */
  private static @Nullable Problem problem(String agentId, HeartbeatOutcome outcome) {
    if (outcome instanceof HeartbeatOutcome.StaleIncarnation stale) {
      return stale(agentId, stale.current()).problem();
    } else if (outcome instanceof HeartbeatOutcome.UnknownAgent) {
      return Problem.of(
          Problem.UNKNOWN_AGENT,
          "the registry does not know "
              + shown(agentId)
              + ", and it does not register by heartbeat");
    } else if (outcome instanceof HeartbeatOutcome.RegistryFull full) {
      return Problem.of(Problem.REGISTRY_FULL, "all " + full.limit() + " places are taken");
    } else if (outcome instanceof HeartbeatOutcome.BadId bad) {
      return Problem.of(Problem.BAD_AGENT_ID, bad.reason());
    }
    return null;
  }

  private void events(Request request) throws IOException, ProblemException {
    request.responseHeader("Content-Type", "text/event-stream");
    if (request.isHead()) {
      request.answer(200);
    } else {
      events.open(request);
    }
  }
}
