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
 * Which command starts an agent: the one that the configuration has for it, or, only where {@code
 * allow_cell_commands} says so, the argument list {@code command} in the agent's own file, which
 * then goes before. Thread-safe.
 */
public final class LauncherResolver {

  private static final Logger log = LoggerFactory.getLogger(LauncherResolver.class);
  private static final int MOST_BYTES = 1 << 20;

  private final PitConfig config;
  private final Set<AgentRef> said = ConcurrentHashMap.newKeySet();

  public LauncherResolver(PitConfig config) {
    this.config = config;
  }

  /**
   * The command to start an agent with, read at the moment of acting.
   *
   * @throws IOException if its cell's command cannot be used: no other is taken in its place
   */
  Optional<Launcher> find(AgentRef agent, Path cell, @Nullable AgentSpec spec) throws IOException {
    if (config.allowCellCommands()) {
      Optional<Launcher> own = command(agent, cell);
      return own.isPresent() ? own : configured(spec);
    }
    reportUnused(agent, cell);
    return configured(spec);
  }

  /**
   * Whether there is a command for it, asked at every poll: the file is read only if it must be.
   */
  public boolean startable(AgentRef agent, Path cell, AgentSpec spec) {
    if (configured(spec).isPresent() || !config.allowCellCommands()) {
      return configured(spec).isPresent();
    }
    try {
      return command(agent, cell).isPresent();
    } catch (IOException e) {
      if (said.add(agent)) {
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
      if (read(agent, cell).isPresent() && said.add(agent)) {
        log.warn("{}: its file has a command, not run since allow_cell_commands is false", agent);
      }
    } catch (IOException e) {
      log.debug("{}: whether its file has a command is not known: {}", agent, e.getMessage());
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

  /** The field as it stands in the file; an agent may have planted a link in its place. */
  private static Optional<ConfigNode> read(AgentRef agent, Path cell) throws IOException {
    Path folder = cell.resolve("agents");
    Path file = folder.resolve(agent.agentId() + ".json");
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(file.toString(), null, "is no regular file of the cell");
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
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new IOException(file + ": more than " + MOST_BYTES + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
