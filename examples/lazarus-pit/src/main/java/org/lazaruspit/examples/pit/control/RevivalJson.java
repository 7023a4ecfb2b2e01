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

/** Revivals and explanations as JSON. */
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
   * Returns a revival with its steps and the explanation of its agent's status.
   *
   * @throws NoSuchElementException if no revival has this id
   */
  static ObjectNode withSteps(RevivalEngine engine, String id) throws IOException {
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
      json.putNull("why"); // the agent has left the cell, its revival is still listed
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
   * Returns the explanation of an agent's status.
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
    ArrayNode restrictions = json.putArray("standings");
    engine.restrictions(agent).forEach(each -> restrictions.add(of(each)));
    return json;
  }

  private static void texts(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }

  public static ObjectNode of(Restriction restriction) {
    ObjectNode json = Json.object();
    json.put("kind", restriction.kind().wireName());
    json.put("cause", restriction.cause().map(cause -> cause.wireName()).orElse(null));
    json.put("since", restriction.since().toString());
    Json.put(json, "until", restriction.until());
    json.put("reason", restriction.reason());
    return json;
  }
}
