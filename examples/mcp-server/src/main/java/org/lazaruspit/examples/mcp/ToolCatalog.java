package org.lazaruspit.examples.mcp;

import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tools by name. The description and the schemas of each tool are in a resource of its name. */
final class ToolCatalog {

  private static final Logger log = LoggerFactory.getLogger(ToolCatalog.class);

  private final Map<String, Tool> tools = new LinkedHashMap<>();

  ToolCatalog(Missions missions, Optional<HealthSource> health, Optional<PitClient> pit) {
    CellTools cells = new CellTools(missions);
    HealthTools healthTools = new HealthTools(health);
    RevivalTools revivals = new RevivalTools(missions, pit);
    tools.put("create_mission_cell", cells::create);
    tools.put("add_agent_to_cell", cells::addAgent);
    tools.put("add_task_to_cell", cells::addTask);
    tools.put("get_mission_cell", cells::get);
    tools.put("get_agent_health", healthTools::agent);
    tools.put("get_fleet_health", healthTools::fleet);
    tools.put("list_revivals", revivals::list);
    tools.put("request_revival", revivals::request);
  }

  List<SyncToolSpecification> specifications() {
    return tools.entrySet().stream()
        .map(
            entry ->
                new SyncToolSpecification(
                    definition(entry.getKey()),
                    (exchange, request) ->
                        execute(entry.getKey(), entry.getValue(), request.arguments())))
        .toList();
  }

  private static McpSchema.Tool definition(String name) {
    try (InputStream file = ToolCatalog.class.getResourceAsStream(name + ".json")) {
      return Json.MAPPER.readValue(
          Objects.requireNonNull(file, name).readAllBytes(), McpSchema.Tool.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CallToolResult execute(String name, Tool tool, Map<String, Object> arguments) {
    try {
      Map<String, Object> result =
          tool.call(new Arguments(arguments == null ? Map.of() : arguments));
      return CallToolResult.builder()
          .structuredContent(result)
          .addTextContent(Json.MAPPER.writeValueAsString(result))
          .isError(false)
          .build();
    } catch (ToolException | IOException | IllegalArgumentException | IllegalStateException e) {
      log.info("{}: {}", name, describe(e));
      return error(describe(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return error("the server is shutting down");
    } catch (Exception e) {
      log.error("{}: internal error", name, e);
      return error("internal error of this server; see its log on standard error");
    }
  }

  private static CallToolResult error(String reason) {
    return CallToolResult.builder().addTextContent(reason).isError(true).build();
  }

  /** Adds the reason to exceptions whose message is only a file's name. */
  private static String describe(Exception failure) {
    String message = String.valueOf(failure.getMessage()).replaceAll("\\p{Cntrl}+", " ");
    if (failure instanceof NoSuchFileException) {
      return message + ": no such file";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return message + ": already exists";
    }
    if (failure instanceof AccessDeniedException) {
      return message + ": permission denied";
    }
    return message;
  }
}
