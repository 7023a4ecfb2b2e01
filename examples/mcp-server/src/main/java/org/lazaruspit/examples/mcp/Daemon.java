package org.lazaruspit.examples.mcp;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

  private JsonNode send(String path, byte @Nullable [] body) throws Exception {
    Path state = PitConfig.load(configFile).stateDirectory();
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
    if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(loopback(file, told.path("control_url").asString("")));
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
