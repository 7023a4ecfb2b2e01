package org.lazaruspit.pit.internal.detection;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.lazaruspit.cell.AtomicFileWriter;
import org.lazaruspit.pit.internal.detection.GatewayKeys.GatewayKey;
import org.lazaruspit.pit.internal.detection.GatewayKeys.Owner;
import org.lazaruspit.pit.spi.AgentRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Record of agents' keys at gateways: a line of JSON a key, replaced atomically. */
final class GatewayKeyFile {

  private static final Logger log = LoggerFactory.getLogger(GatewayKeyFile.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;

  GatewayKeyFile(Path stateDirectory) {
    this.file = stateDirectory.resolve("keys.jsonl");
  }

  /**
   * Reads the record, without lines that are malformed.
   *
   * @throws IOException if the file exists and cannot be read
   */
  Map<GatewayKey, Owner> read() throws IOException {
    Map<GatewayKey, Owner> owners = new LinkedHashMap<>();
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      return owners;
    }
    int number = 0;
    for (String line : Files.readAllLines(file, UTF_8)) {
      number++;
      try {
        JsonNode json = JSON.readTree(line);
        UUID cell = UUID.fromString(json.required("cell_id").asString());
        owners.put(
            new GatewayKey(json.required("gateway").asString(), json.required("key").asString()),
            new Owner(
                new AgentRef(cell, json.required("agent_id").asString()),
                json.path("inherited").asBoolean(false)));
      } catch (JacksonException | IllegalArgumentException e) {
        log.error("{}, line {}: no key of an agent; the line is ignored", file, number, e);
      }
    }
    return owners;
  }

  void write(Map<GatewayKey, Owner> owners) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    String text =
        owners.entrySet().stream()
            .map(entry -> line(entry.getKey(), entry.getValue()) + "\n")
            .collect(Collectors.joining());
    AtomicFileWriter.write(file, text.getBytes(UTF_8));
  }

  private static String line(GatewayKey key, Owner owner) {
    ObjectNode json = JSON.createObjectNode();
    json.put("gateway", key.gateway());
    json.put("key", key.key());
    json.put("cell_id", owner.agent().cellId().toString());
    json.put("agent_id", owner.agent().agentId());
    if (owner.inherited()) {
      json.put("inherited", true);
    }
    return json.toString();
  }
}
