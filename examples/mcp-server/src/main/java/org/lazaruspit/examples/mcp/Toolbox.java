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

/**
 * The tools by name. What a model reads of each (its description, its schemas) is in a file of that
 * name beside this class.
 */
final class Toolbox {

  private static final Logger log = LoggerFactory.getLogger(Toolbox.class);

  private final Map<String, Tool> tools = new LinkedHashMap<>();

  Toolbox(Missions missions, Optional<HealthSource> health, Optional<Daemon> daemon) {
    CellTools cells = new CellTools(missions);
    HealthTools healths = new HealthTools(health);
    RevivalTools revivals = new RevivalTools(missions, daemon);
    tools.put("create_mission_cell", cells::create);
    tools.put("add_agent_to_cell", cells::addAgent);
    tools.put("add_task_to_cell", cells::addTask);
    tools.put("get_mission_cell", cells::get);
    tools.put("get_agent_health", healths::agent);
    tools.put("get_fleet_health", healths::fleet);
    tools.put("list_revivals", revivals::list);
    tools.put("request_revival", revivals::request);
  }

  List<SyncToolSpecification> specifications() {
    return tools.entrySet().stream()
        .map(
            entry ->
                new SyncToolSpecification(
                    described(entry.getKey()),
                    (exchange, request) ->
                        call(entry.getKey(), entry.getValue(), request.arguments())))
        .toList();
  }

  private static McpSchema.Tool described(String name) {
    try (InputStream file = Toolbox.class.getResourceAsStream(name + ".json")) {
      return Json.MAPPER.readValue(
          Objects.requireNonNull(file, name).readAllBytes(), McpSchema.Tool.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CallToolResult call(String name, Tool tool, Map<String, Object> arguments) {
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
      return no(describe(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return no("the server is ending");
    } catch (Exception e) {
      log.error(
          "{} failed", name, e); // a fault of ours: its trace is what helps, but not the caller
      return no("this server failed, its log on standard error says why");
    }
  }

  private static CallToolResult no(String why) {
    return CallToolResult.builder().addTextContent(why).isError(true).build();
  }

  /** Exceptions about files say no more than the file's name. */
  private static String describe(Exception failure) {
    String message = String.valueOf(failure.getMessage()).replaceAll("\\p{Cntrl}+", " ");
    if (failure instanceof NoSuchFileException) {
      return message + ": there is no such file";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return message + ": is there already";
    }
    if (failure instanceof AccessDeniedException) {
      return message + ": permission denied";
    }
    return message;
  }
}
