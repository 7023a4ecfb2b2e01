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
 * Client of the control interface of a pit on this machine. Each request looks up the pit in {@code
 * pit.json} of its state directory and sends the token of that directory.
 */
final class PitClient {

  private static final String NAME = "the pit";
  // Fields of /proc/PID/stat, see proc_pid_stat(5); pid and name are cut off before.
  private static final int START_TICK = 22;
  private static final int FIELDS_BEFORE = 3;

  private static final int MAX_FILE = 64 * 1024;
  private static final int MAX_ANSWER = 64 << 20;

  private final LimitedHttpClient web;
  private final Path configFile;

  PitClient(LimitedHttpClient web, Path configFile) {
    this.web = web;
    this.configFile = configFile;
  }

  /**
   * Sends a GET request.
   *
   * @throws ToolException if no pit runs, or the pit refuses the request
   */
  JsonNode get(String path) throws Exception {
    return send(path, null);
  }

  /** Sends a POST request. */
  JsonNode post(String path, Object body) throws Exception {
    return send(path, Json.MAPPER.writeValueAsBytes(body));
  }

  /**
   * Returns whether the pit runs.
   *
   * @throws IOException if the configuration or {@code pit.json} cannot be read
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
        NAME,
        URI.create(url + path),
        token,
        body,
        (status, in) -> checkStatus(status, Json.parse(in.readNBytes(MAX_ANSWER), NAME)));
  }

  private static ToolException notRunning(Path state) {
    return new ToolException(
        "no pit is running with the state directory %s; start it with lazarus-pit run"
            .formatted(state));
  }

  /**
   * Returns the URL of the control interface; empty if no pit runs or {@code pit.json} is stale.
   */
  private static Optional<URI> find(Path state) throws IOException {
    Path file = state.resolve("pit.json");
    JsonNode pit;
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IOException(file + ": larger than " + MAX_FILE + " bytes");
      }
      pit = Json.parse(Files.readAllBytes(file), file.toString());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    long pid = pit.path("pid").asLong(-1);
    if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()
        || !isSameProcess(pid, pit.path("process").asString(""))) {
      return Optional.empty();
    }
    return Optional.of(loopback(file, pit.path("control_url").asString("")));
  }

  /**
   * Compares boot id and start tick: the pid may be reused by a process that must not get the
   * token.
   */
  private static boolean isSameProcess(long pid, String identity) throws IOException {
    if (identity.isEmpty()) {
      return true; // written on a machine without /proc
    }
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    return identity.equals(boot + " " + fields.get(START_TICK - FIELDS_BEFORE));
  }

  /** Accepts loopback URLs only: a forged {@code pit.json} must not redirect the token. */
  private static URI loopback(Path file, String text) throws IOException {
    if (!text.matches("http://(127\\.0\\.0\\.1|localhost|\\[::1]):\\d{1,5}/?")) {
      throw new IOException(file + ": control_url: \"" + text + "\" is not a loopback URL");
    }
    return URI.create(text.replaceFirst("/$", ""));
  }

  private static JsonNode checkStatus(int status, JsonNode answer) throws ToolException {
    if (status >= 300) {
      throw new ToolException(
          NAME + " refuses the request: " + answer.path("detail").asString("status " + status));
    }
    return answer;
  }
}
