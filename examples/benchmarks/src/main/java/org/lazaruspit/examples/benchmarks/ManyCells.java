package org.lazaruspit.examples.benchmarks;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Missions root with realistic cells of 1 + 10 + 20 + 3 files. */
final class ManyCells implements AutoCloseable {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
  private static final int AGENTS = 10;
  private static final int TASKS = 20;

  private final Path root;
  private final List<CellFiles> cells = new ArrayList<>();

  /** The files of one cell. */
  record CellFiles(
      Path directory,
      Path config,
      List<Path> agents,
      List<Path> tasks,
      Path isolation,
      Path policies,
      Path permissions) {}

  ManyCells(int count) throws IOException {
    root = Files.createTempDirectory("cells");
    for (int i = 0; i < count; i++) {
      cells.add(cell(new UUID(0x4000L, 0x8000000000000000L | i)));
    }
  }

  Path root() {
    return root;
  }

  List<CellFiles> cells() {
    return cells;
  }

  private CellFiles cell(UUID id) throws IOException {
    Path cell = root.resolve(id.toString());
    for (String name : List.of("agents", "tasks", "config", "logs", "checkpoints")) {
      Files.createDirectories(cell.resolve(name));
    }
    List<Path> agents = new ArrayList<>();
    for (int i = 0; i < AGENTS; i++) {
      agents.add(write(cell.resolve("agents/agent_" + i + ".json"), agent(i)));
    }
    List<Path> tasks = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      tasks.add(write(cell.resolve("tasks/task_" + i + ".json"), task(i)));
    }
    CellFiles files =
        new CellFiles(
            cell,
            write(cell.resolve("cell.json"), config(id)),
            agents,
            tasks,
            write(cell.resolve("config/isolation.json"), isolation()),
            write(cell.resolve("config/policies.json"), policies()),
            write(cell.resolve("config/permissions.json"), permissions()));
    for (String name : List.of("agents", "tasks", "config", ".")) {
      Files.setLastModifiedTime(cell.resolve(name), LONG_AGO);
    }
    return files;
  }

  private static Path write(Path file, String text) throws IOException {
    Files.writeString(file, text);
    return Files.setLastModifiedTime(file, LONG_AGO);
  }

  private static String config(UUID id) {
    return """
    {
      "cell_id": "%s",
      "mission_name": "Port the parser to the new grammar",
      "created_at": "2026-01-01T00:00:00Z",
      "created_by": "ada",
      "status": "active",
      "isolation_level": "level_1",
      "max_agents": 10,
      "timeout": 3600,
      "policies": {
        "auto_revive": "ask",
        "handoff_allowed": true,
        "checkpoint_interval": 300
      }
    }
    """
        .formatted(id);
  }

  private static String agent(int i) {
    return """
    {
      "agent_id": "agent_%d",
      "name": "Agent number %d",
      "role": "write",
      "status": "active",
      "capabilities": ["java", "review", "long texts"],
      "gateway": "gateway_1",
      "current_task": "task_%d",
      "checkpoint": {
        "last_checkpoint": "2026-01-01T09:30:00Z",
        "context_hash": "%s",
        "artifacts": ["draft.md", "notes/todo.md"]
      },
      "launcher": "default",
      "incarnation": %d
    }
    """
        .formatted(i, i, i, "0123456789abcdef".repeat(4), i);
  }

  private static String task(int i) {
    return """
    {
      "task_id": "task_%d",
      "title": "Translate chapter %d",
      "status": "pending",
      "created_at": "2026-01-01T00:00:00Z",
      "description": "Translate it, keep the examples, ask where a word is not clear.",
      "assigned_to": "agent_%d",
      "priority": "medium",
      "dependencies": [%s],
      "timeout": 1800,
      "artifacts": ["docs/chapter_%d.md"],
      "completed_at": null
    }
    """
        .formatted(i, i, i % AGENTS, i == 0 ? "" : "\"task_" + (i - 1) + "\"", i);
  }

  private static String isolation() {
    return """
    {
      "level": "level_1",
      "mount_namespaces": false,
      "network_isolation": false,
      "resource_limits": {"cpu": "2 cores", "memory": "4GB", "disk": "10GB"},
      "security_context": {"user": "agent", "group": "agent", "capabilities": []}
    }
    """;
  }

  private static String policies() {
    return """
    {
      "auto_revive": "yes",
      "revive_timeout": 300,
      "substitute_agents": ["agent_1", "agent_2"],
      "handoff_allowed": true,
      "handoff_approval": "manual",
      "checkpoint_required": false,
      "max_retries": 3
    }
    """;
  }

  private static String permissions() {
    return IntStream.range(0, AGENTS)
        .mapToObj(
            i ->
                "  \"agent_%d\": {\"read\": [\"task_%d\"], \"write\": [\"task_%d\"], \"execute\": [\"task_%d\"], \"handoff_to\": [\"agent_%d\"], \"handoff_from\": []}"
                    .formatted(i, i, i, i, (i + 1) % AGENTS))
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }

  @Override
  public void close() throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
