package org.lazaruspit.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.cell.CellConfig;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.Permissions;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.RevivalPolicies;
import org.lazaruspit.cell.TaskSpec;
import tools.jackson.core.JsonParser;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * Baseline: reads the same files with Jackson's data binding, from known paths and without checks.
 */
final class PlainJackson {
  private static final TypeReference<Map<String, Permissions.Grants>> GRANTS =
      new TypeReference<>() {};

  private final JsonMapper mapper =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .addModule(
              new SimpleModule()
                  .addDeserializer(Duration.class, new Seconds())
                  .addDeserializer(ResourceLimits.class, new Limits()))
          .build();

  /** Reads a duration in whole seconds. */
  private static final class Seconds extends ValueDeserializer<Duration> {
    @Override
    public Duration deserialize(JsonParser parser, DeserializationContext context) {
      return Duration.ofSeconds(parser.getLongValue());
    }
  }

  /** Reads limits without checks. */
  private static final class Limits extends ValueDeserializer<ResourceLimits> {
    @Override
    public ResourceLimits deserialize(JsonParser parser, DeserializationContext context) {
      Map<String, Long> limits = new HashMap<>();
      while (parser.nextName() != null) {
        String name = parser.currentName();
        parser.nextToken();
        limits.put(name, digits(parser.getString()));
      }
      return new ResourceLimits(limits.get("cpu"), limits.get("memory"), limits.get("disk"));
    }

    private static @Nullable Long digits(String text) {
      return Long.valueOf(text.toUpperCase(Locale.ROOT).replaceAll("\\D", ""));
    }
  }

  MissionCell read(ManyCells.CellFiles files) throws IOException {
    Map<String, AgentSpec> agents = new HashMap<>();
    for (Path file : files.agents()) {
      AgentSpec agent = mapper.readValue(Files.readAllBytes(file), AgentSpec.class);
      agents.put(agent.agentId(), agent);
    }
    Map<String, TaskSpec> tasks = new HashMap<>();
    for (Path file : files.tasks()) {
      TaskSpec task = mapper.readValue(Files.readAllBytes(file), TaskSpec.class);
      tasks.put(task.taskId(), task);
    }
    return new MissionCell(
        files.directory(),
        mapper.readValue(Files.readAllBytes(files.config()), CellConfig.class),
        agents,
        tasks,
        mapper.readValue(Files.readAllBytes(files.isolation()), IsolationSpec.class),
        mapper.readValue(Files.readAllBytes(files.policies()), RevivalPolicies.class),
        new Permissions(mapper.readValue(Files.readAllBytes(files.permissions()), GRANTS)));
  }
}
