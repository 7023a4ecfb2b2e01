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
 * What a gateway says of its fleet, read as a stream: only those that are asked for are kept.
 *
 * @param instance what changes with each start of the gateway; empty if it says none
 * @param agents its answers by key
 */
record FleetAnswer(String instance, Map<String, AgentAnswer> agents) {

  static FleetAnswer read(InputStream body, Set<String> wanted) throws IOException {
    String instance = "";
    Map<String, AgentAnswer> agents = new HashMap<>();
    try (JsonParser parser = AgentAnswer.JSON.createParser(body)) {
      AgentAnswer.expectObject(parser.nextToken());
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals("agents")) {
          AgentAnswer.expectObject(value);
          readAgents(parser, wanted, agents);
        } else if (field.equals("instance") && value == JsonToken.VALUE_STRING) {
          instance = parser.getString();
        } else {
          parser.skipChildren();
        }
      }
      return new FleetAnswer(instance, agents);
    } catch (JacksonException e) {
      throw AgentAnswer.notUnderstood(e.getOriginalMessage());
    }
  }

  private static void readAgents(
      JsonParser parser, Set<String> wanted, Map<String, AgentAnswer> agents) throws IOException {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      AgentAnswer.expectObject(parser.nextToken());
      if (wanted.contains(key)) {
        agents.put(key, AgentAnswer.read(parser));
      } else {
        parser.skipChildren();
      }
    }
  }
}
