package org.lazaruspit.examples.mcp;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/** Reads health from a gateway, over the HTTP interface of {@code docs/http-api.yaml}. */
final class GatewayHealth implements HealthSource {

  private static final String NAME = "the gateway";
  private static final int MAX_AGENT = 1 << 20;

  private final LimitedHttpClient web;
  private final Missions missions;
  private final String url;
  private final Optional<Path> tokenFile;

  GatewayHealth(LimitedHttpClient web, Missions missions, URI url, Optional<Path> tokenFile) {
    this.web = web;
    this.missions = missions;
    this.url = url.toString().replaceFirst("/+$", "");
    this.tokenFile = tokenFile;
  }

  /** Tries the keys {@code <cell id>.<agent id>} and {@code <agent id>}. */
  @Override
  public Map<String, Object> agent(Optional<UUID> cell, String agentId) throws Exception {
    List<String> keys = new ArrayList<>();
    cell.ifPresent(id -> keys.add(id + "." + agentId));
    keys.add(agentId);
    for (String key : keys) {
      Optional<JsonNode> known = fetch(key);
      if (known.isPresent()) {
        return agent(cell, agentId, known.get());
      }
    }
    throw new ToolException("agent_id: the gateway at %s has no agent %s".formatted(url, agentId));
  }

  private Optional<JsonNode> fetch(String key) throws Exception {
    return send(
        "/agent/" + key,
        (status, body) -> {
          byte[] bytes = body.readNBytes(MAX_AGENT);
          if (status == 404) {
            return Optional.empty();
          }
          expectSuccess(status);
          return Optional.of(Json.parse(bytes, NAME));
        });
  }

  @Override
  public Map<String, Object> fleet(Optional<UUID> cell, FleetSummary fleet) throws Exception {
    Optional<Map<String, String>> cellKeys =
        cell.isPresent() ? Optional.of(keys(cell.get())) : Optional.empty();
    return send(
        "/health",
        (status, body) -> {
          expectSuccess(status);
          try (JsonParser parser = Json.MAPPER.createParser(body)) {
            return read(parser, cell, cellKeys, fleet);
          } catch (JacksonException e) {
            throw new IOException(NAME + " answered invalid JSON: " + e.getOriginalMessage(), e);
          }
        });
  }

  /** Returns the agent ids of a cell by each key that a gateway may use. */
  private Map<String, String> keys(UUID cell) throws ToolException {
    Map<String, String> keys = new HashMap<>();
    for (String agentId : missions.cell(cell).agents().keySet()) {
      keys.put(agentId, agentId);
      keys.put(cell + "." + agentId, agentId);
    }
    return keys;
  }

  /** Streams the answer: a gateway may have a million agents. */
  private static Map<String, Object> read(
      JsonParser parser,
      Optional<UUID> cell,
      Optional<Map<String, String>> cellKeys,
      FleetSummary fleet)
      throws IOException {
    expectObject(parser.nextToken());
    Optional<Instant> timestamp = Optional.empty();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      if (field.equals("agents")) {
        expectObject(parser.currentToken());
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String key = parser.currentName();
          parser.nextToken();
          String id = cellKeys.isEmpty() ? key : cellKeys.get().get(key);
          if (id == null) {
            parser.skipChildren();
          } else {
            fleet.add(agent(cell, id, parser.<JsonNode>readValueAsTree()));
          }
        }
      } else if (field.equals("timestamp")) {
        timestamp = Json.instant(parser.<JsonNode>readValueAsTree());
      } else {
        parser.skipChildren();
      }
    }
    return fleet.result("gateway", timestamp);
  }

  private static void expectObject(@Nullable JsonToken token) throws IOException {
    if (token != JsonToken.START_OBJECT) {
      throw new IOException(NAME + " answered JSON that is not the health of a fleet");
    }
  }

  private static Map<String, Object> agent(Optional<UUID> cell, String agentId, JsonNode answer) {
    String status = answer.path("status").asString("unknown");
    return Json.object(
        "source",
        "gateway",
        "agent_id",
        agentId,
        "cell_id",
        cell,
        FleetSummary.STATUS,
        status,
        "healthy",
        status.equals("healthy"),
        "incarnation",
        Json.plain(answer.path("incarnation")),
        "last_heartbeat",
        Json.instant(answer.path("last_heartbeat")),
        "progress",
        Json.plain(answer.path("progress")),
        "waiting",
        Json.plain(answer.path("waiting")),
        "detail",
        Json.plain(answer.path("error_message")));
  }

  private static void expectSuccess(int status) throws ToolException {
    if (status == 401 || status == 403) {
      throw new ToolException(NAME + " refused the token; check --token-file");
    }
    if (status != 200) {
      throw new ToolException(NAME + " answered with status " + status);
    }
  }

  private <T> T send(String path, LimitedHttpClient.Reader<T> reader) throws Exception {
    String token = tokenFile.isEmpty() ? null : Files.readString(tokenFile.get()).strip();
    return web.send(NAME, URI.create(url + path), token, null, reader);
  }
}
