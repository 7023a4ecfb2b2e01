package org.lazaruspit.examples.pit.control;

import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.Explanation;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalEngine;
import org.lazaruspit.pit.RevivalLogEntry;
import org.lazaruspit.pit.RevivalStep;
import org.lazaruspit.pit.spi.AgentRef;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Revivals, and why agents are where they are. */
public final class RevivalJson {

  private RevivalJson() {}

  public static ObjectNode of(Revival revival) {
    ObjectNode json = Json.object();
    json.put("id", revival.id());
    json.put("agent_id", revival.agent().agentId());
    json.put("cell_id", revival.agent().cellId().toString());
    json.put("reason", revival.reason());
    json.put("requested_at", revival.requestedAt().toString());
    json.put("status", revival.status().wireName());
    Json.put(json, "revived_at", revival.revivedAt());
    json.put("origin", revival.origin().name().toLowerCase(java.util.Locale.ROOT));
    json.put("cause", revival.cause().wireName());
    json.put("attempt", revival.attempt());
    json.put("incarnation", revival.incarnation());
    json.put("step", revival.step().map(RevivalStep::wireName).orElse(null));
    json.put("substitute", revival.substitute().orElse(null));
    Json.put(json, "approved_at", revival.approvedAt());
    json.put("changed_at", revival.changedAt().toString());
    json.put("detail", revival.detail());
    return json;
  }

  /**
   * One revival with its steps, and why its agent is where it is.
   *
   * @throws NoSuchElementException if there is none of this id
   */
  static ObjectNode story(RevivalEngine engine, String id) throws IOException {
    Revival revival =
        engine.revivals().stream()
            .filter(candidate -> candidate.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new NoSuchElementException("there is no revival " + id));
    ObjectNode json = of(revival);
    ArrayNode steps = json.putArray("steps");
    engine.log(id).forEach(line -> steps.add(of(line)));
    try {
      json.set("why", why(engine, revival.agent()));
    } catch (NoSuchElementException e) {
      json.putNull("why"); // its agent has left, which its revival has not
    }
    return json;
  }

  private static ObjectNode of(RevivalLogEntry line) {
    ObjectNode json = Json.object();
    json.put("at", line.at().toString());
    json.put("event", line.event());
    json.put("status", line.status().wireName());
    json.put("attempt", line.attempt());
    json.put("incarnation", line.incarnation());
    json.put("detail", line.detail());
    return json;
  }

  /**
   * Why an agent is where it is.
   *
   * @throws NoSuchElementException if this pit has no such agent
   */
  static ObjectNode why(RevivalEngine engine, AgentRef agent) {
    Explanation explanation = engine.why(agent);
    ObjectNode json = Json.object();
    json.put("agent_id", agent.agentId());
    json.put("cell_id", agent.cellId().toString());
    texts(json.putArray("evidence"), explanation.evidence());
    texts(json.putArray("rules"), explanation.rules());
    json.put("next", explanation.next());
    ArrayNode standings = json.putArray("standings");
    engine.restrictions(agent).forEach(standing -> standings.add(of(standing)));
    return json;
  }

  private static void texts(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }

  public static ObjectNode of(Restriction standing) {
    ObjectNode json = Json.object();
    json.put("kind", standing.kind().wireName());
    json.put("cause", standing.cause().map(cause -> cause.wireName()).orElse(null));
    json.put("since", standing.since().toString());
    Json.put(json, "until", standing.until());
    json.put("reason", standing.reason());
    return json;
  }
}
