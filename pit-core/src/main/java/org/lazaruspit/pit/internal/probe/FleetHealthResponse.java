package org.lazaruspit.pit.internal.probe;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Response of a gateway about its fleet, read as a stream; only requested agents are kept.
 *
 * @param instance the id of this run of the gateway; empty if absent
 * @param agents the responses by key
 */
record FleetHealthResponse(String instance, Map<String, AgentHealthResponse> agents) {

  static FleetHealthResponse read(InputStream body, Set<String> wanted) throws IOException {
    String instance = "";
    Map<String, AgentHealthResponse> agents = new HashMap<>();
    try (JsonParser parser = AgentHealthResponse.JSON.createParser(body)) {
      AgentHealthResponse.expectObject(parser.nextToken());
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals("agents")) {
          AgentHealthResponse.expectObject(value);
          readAgents(parser, wanted, agents);
        } else if (field.equals("instance") && value == JsonToken.VALUE_STRING) {
          instance = parser.getString();
        } else {
          parser.skipChildren();
        }
      }
      return new FleetHealthResponse(instance, agents);
    } catch (JacksonException e) {
      throw AgentHealthResponse.malformed(e.getOriginalMessage());
    }
  }

  private static void readAgents(
      JsonParser parser, Set<String> wanted, Map<String, AgentHealthResponse> agents)
      throws IOException {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      AgentHealthResponse.expectObject(parser.nextToken());
      if (wanted.contains(key)) {
        agents.put(key, AgentHealthResponse.read(parser));
      } else {
        parser.skipChildren();
      }
    }
  }
}
