package org.lazaruspit.examples.mcp;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.PitConfig;
import tools.jackson.databind.JsonNode;

/**
 * The daemon that works with a configuration: found anew for each request, by {@code pit.json} in
 * its state directory, and shown the token that lies there.
 */
final class Daemon {

  private static final String WHO = "the pit";
  // Of /proc/PID/stat, see proc_pid_stat(5); what is cut off before are the pid and the name.
  private static final int START_TICK = 22;
  private static final int FIELDS_BEFORE = 3;

  private static final int MAX_FILE = 64 * 1024;
  private static final int MAX_ANSWER = 64 << 20;

  private final Web web;
  private final Path configFile;

  Daemon(Web web, Path configFile) {
    this.web = web;
    this.configFile = configFile;
  }

  /**
   * Looks something up.
   *
   * @throws ToolException if no daemon runs, or it says no
   */
  JsonNode get(String path) throws Exception {
    return send(path, null);
  }

  /** Asks for something. */
  JsonNode post(String path, Object body) throws Exception {
    return send(path, Json.MAPPER.writeValueAsBytes(body));
  }

  /**
   * Whether one runs.
   *
   * @throws IOException if its configuration or its file cannot be read
   */
  boolean isRunning() throws IOException {
    return find(state()).isPresent();
  }

  private Path state() throws IOException {
    return PitConfig.load(configFile).stateDirectory();
  }

  private JsonNode send(String path, byte @Nullable [] body) throws Exception {
    Path state = state();
    URI url = find(state).orElseThrow(() -> notRunning(state));
    String token = Files.readString(state.resolve("token")).strip();
    return web.send(
        WHO,
        URI.create(url + path),
        token,
        body,
        (status, in) -> understood(status, Json.parse(in.readNBytes(MAX_ANSWER), WHO)));
  }

  private static ToolException notRunning(Path state) {
    return new ToolException(
        "no pit is running with the state directory %s: start lazarus-pit run".formatted(state));
  }

  /** Where it listens; empty where there is none, or only what one left behind. */
  private static Optional<URI> find(Path state) throws IOException {
    Path file = state.resolve("pit.json");
    JsonNode told;
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IOException(file + ": is no pit's, it has over " + MAX_FILE + " bytes");
      }
      told = Json.parse(Files.readAllBytes(file), file.toString());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    long pid = told.path("pid").asLong(-1);
    if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()
        || !isTheOne(pid, told.path("process").asString(""))) {
      return Optional.empty();
    }
    return Optional.of(loopback(file, told.path("control_url").asString("")));
  }

  /** Its pid may be somebody else's by now, whom the token is not for: boot and start tick tell. */
  private static boolean isTheOne(long pid, String identity) throws IOException {
    if (identity.isEmpty()) {
      return true; // a machine without /proc
    }
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    return identity.equals(boot + " " + fields.get(START_TICK - FIELDS_BEFORE));
  }

  /** Whoever can write that file should not be sent the token elsewhere. */
  private static URI loopback(Path file, String text) throws IOException {
    if (!text.matches("http://(127\\.0\\.0\\.1|localhost|\\[::1]):\\d{1,5}/?")) {
      throw new IOException(file + ": control_url: \"" + text + "\" is not a URL of this machine");
    }
    return URI.create(text.replaceFirst("/$", ""));
  }

  private static JsonNode understood(int status, JsonNode answer) throws ToolException {
    if (status >= 300) {
      throw new ToolException(WHO + " says: " + answer.path("detail").asString("status " + status));
    }
    return answer;
  }
}
