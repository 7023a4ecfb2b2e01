package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.control.PitFile;
import org.lazaruspit.examples.pit.control.StateDirectory;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitConfig;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Client of the daemon of a configuration. Uses {@code HttpURLConnection}, since each command is a
 * JVM of its own: the newer client takes a tenth of a second to start.
 */
public final class ControlClient {

  private static final String START = " (lazarus-pit run starts one)";
  private static final int CONNECT_MILLIS = 3_000;
  private static final int READ_MILLIS = 30_000;
  private static final int MAX_ANSWER = 256 << 20;

  private final PitFile daemon;
  private final String token;

  private ControlClient(PitFile daemon, String token) {
    this.daemon = daemon;
    this.token = token;
  }

  /**
   * Finds the daemon.
   *
   * @throws NotRunningException if no daemon is running, even if its files are still there
   * @throws IOException if its files cannot be used
   */
  public static ControlClient find(PitConfig config) throws IOException {
    Path state = config.stateDirectory();
    PitFile daemon =
        PitFile.read(state)
            .orElseThrow(
                () -> new NotRunningException("no daemon is running with " + state + START));
    if (!daemon.isProcessAlive()) {
      // Sends no token: another process may own the port by now.
      throw new NotRunningException(
          "no daemon is running with %s: the daemon with pid %d did not shut down cleanly%s"
              .formatted(state, daemon.pid(), START));
    }
    try {
      return new ControlClient(daemon, StateDirectory.readToken(state));
    } catch (NoSuchFileException e) {
      throw new IOException(
          e.getMessage() + ": there is no such file, restart the daemon with pid " + daemon.pid(),
          e);
    }
  }

  /** Returns the address that the daemon listens on. */
  URI url() {
    return daemon.controlUrl();
  }

  /** Returns the token of the daemon. */
  String token() {
    return token;
  }

  /**
   * Sends a GET request.
   *
   * @param path the path, encoded, with its query
   * @throws RefusedException if the daemon refuses the request
   * @throws NotRunningException if the daemon does not answer
   */
  public JsonNode get(String path) throws IOException {
    return send("GET", path, null);
  }

  /** Sends a POST request, with the errors of {@link #get}. */
  public JsonNode post(String path, JsonNode body) throws IOException {
    return send("POST", path, body);
  }

  private JsonNode send(String method, String path, @Nullable JsonNode body) throws IOException {
    HttpURLConnection connection = connect(path);
    connection.setRequestMethod(method);
    int status;
    byte[] answer;
    try {
      if (body != null) {
        byte[] bytes = Json.bytes(body);
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(bytes.length);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.getOutputStream().write(bytes);
      }
      status = connection.getResponseCode();
      answer = content(connection, status);
    } catch (IOException e) {
      throw new NotRunningException(
          "the daemon with pid %d does not answer at %s: %s"
              .formatted(daemon.pid(), daemon.controlUrl(), e.getMessage()));
    }
    return parse(status, answer);
  }

  private HttpURLConnection connect(String path) throws IOException {
    URI target = URI.create(daemon.controlUrl() + path);
    HttpURLConnection connection =
        (HttpURLConnection) target.toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setRequestProperty("Authorization", "Bearer " + token);
    return connection;
  }

  private static byte[] content(HttpURLConnection connection, int status) throws IOException {
    try (InputStream in =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return in == null ? new byte[0] : in.readNBytes(MAX_ANSWER);
    }
  }

  private JsonNode parse(int status, byte[] answer) throws IOException {
    JsonNode json;
    try {
      json = Json.parse(answer);
    } catch (JacksonException e) {
      throw new IOException(
          "%s: answers with status %d and no JSON, so may not be a lazarus-pit"
              .formatted(daemon.controlUrl(), status),
          e);
    }
    if (status == 401) {
      throw new RefusedException(
          status,
          "the daemon with pid %d does not accept the token in the file: restart the daemon"
              .formatted(daemon.pid()));
    }
    if (status >= 300) {
      throw new RefusedException(status, json.path("detail").asString("status " + status));
    }
    return json;
  }
}
