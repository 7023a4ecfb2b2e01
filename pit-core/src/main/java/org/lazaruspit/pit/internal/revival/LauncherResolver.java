package org.lazaruspit.pit.internal.revival;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.AgentSpec;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.internal.config.ConfigNode;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves the launcher of an agent: the configured launcher, or, with {@code allow_cell_commands},
 * the argument list {@code command} in the agent's file, which then has precedence. Thread-safe.
 */
public final class LauncherResolver {

  private static final Logger log = LoggerFactory.getLogger(LauncherResolver.class);
  private static final int MAX_BYTES = 1 << 20;

  private final PitConfig config;
  private final Set<AgentRef> reported = ConcurrentHashMap.newKeySet();

  public LauncherResolver(PitConfig config) {
    this.config = config;
  }

  /**
   * Returns the launcher of an agent; reads the agent's file again.
   *
   * @throws IOException if the cell's command is invalid; the configured launcher is no fallback
   */
  Optional<Launcher> find(AgentRef agent, Path cell, @Nullable AgentSpec spec) throws IOException {
    if (config.allowCellCommands()) {
      Optional<Launcher> own = command(agent, cell);
      return own.isPresent() ? own : configured(spec);
    }
    reportUnused(agent, cell);
    return configured(spec);
  }

  /** Returns whether the agent has a launcher. Called in every round: reads the file if needed. */
  public boolean startable(AgentRef agent, Path cell, AgentSpec spec) {
    if (configured(spec).isPresent() || !config.allowCellCommands()) {
      return configured(spec).isPresent();
    }
    try {
      return command(agent, cell).isPresent();
    } catch (IOException e) {
      if (reported.add(agent)) {
        log.warn("{}: {}", agent, e.getMessage());
      }
      return false;
    }
  }

  private Optional<Launcher> configured(@Nullable AgentSpec spec) {
    return config.launcherFor(spec == null ? null : spec.launcher());
  }

  private void reportUnused(AgentRef agent, Path cell) {
    try {
      if (read(agent, cell).isPresent() && reported.add(agent)) {
        log.warn("{}: command in its file is not run: allow_cell_commands is false", agent);
      }
    } catch (IOException e) {
      log.debug("{}: command in its file not read: {}", agent, e.getMessage());
    }
  }

  private static Optional<Launcher> command(AgentRef agent, Path cell) throws IOException {
    Optional<ConfigNode> node = read(agent, cell);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    String file = "agents/" + agent.agentId() + ".json";
    List<String> command = new ArrayList<>();
    if (node.get().value() instanceof List<?> list) {
      for (Object each : list) {
        if (((ConfigNode) each).value() instanceof String text) {
          command.add(text);
        }
      }
      if (command.size() == list.size()) {
        try {
          return Optional.of(new Launcher(file, command, Map.of(), Optional.empty()));
        } catch (IllegalArgumentException e) {
          throw new IOException(e.getMessage() + " " + node.get().place(), e);
        }
      }
    }
    throw new IOException(
        "%s: command: %s is not a list of texts %s"
            .formatted(file, node.get().found(), node.get().place()));
  }

  /** Reads the field. Links are not followed: an agent may have planted one. */
  private static Optional<ConfigNode> read(AgentRef agent, Path cell) throws IOException {
    Path folder = cell.resolve("agents");
    Path file = folder.resolve(agent.agentId() + ".json");
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(file.toString(), null, "is not a regular file of the cell");
    }
    List<String> problems = new ArrayList<>();
    ConfigNode root = ConfigNode.parse(text(file), problems);
    if (!problems.isEmpty()) {
      throw new IOException(file + ": " + String.join("; ", problems));
    }
    return root.value() instanceof Map<?, ?> fields
        ? Optional.ofNullable((ConfigNode) fields.get("command"))
        : Optional.empty();
  }

  private static String text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException(file + ": more than " + MAX_BYTES + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
