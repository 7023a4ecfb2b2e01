package org.lazaruspit.examples.pit.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.lazaruspit.cell.AtomicFileWriter;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitConfig.Control;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code pit.json}: the daemon that uses a state directory.
 *
 * @param pid the process of the daemon
 * @param startedAt when the daemon started
 * @param controlUrl the address of the control interface
 * @param process the identity of the process, since a pid is used again; empty if unknown
 */
public record PitFile(long pid, Instant startedAt, URI controlUrl, Optional<String> process) {

  static final String NAME = "pit.json";

  private static final int MAX_BYTES = 64 * 1024;

  /** Returns the file of this process. */
  public static PitFile ofThisProcess(Instant startedAt, URI controlUrl) {
    long pid = ProcessHandle.current().pid();
    return new PitFile(pid, startedAt, controlUrl, ProcessIdentity.of(pid));
  }

  /**
   * Reads the file.
   *
   * @return the content; empty if there is no file
   * @throws IOException if the file is not a daemon's
   */
  public static Optional<PitFile> read(Path stateDirectory) throws IOException {
    Path file = stateDirectory.resolve(NAME);
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException(file + ": not written by a daemon: over " + MAX_BYTES + " bytes");
      }
      JsonNode json = Json.parse(Files.readAllBytes(file));
      return Optional.of(
          new PitFile(
              json.required("pid").asLong(),
              Instant.parse(json.required("started_at").asString()),
              loopback(URI.create(json.required("control_url").asString())),
              json.optional("process").map(JsonNode::asString)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
      throw new IOException(
          "%s: not written by a daemon: %s"
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  /** Checks the address, since the token is sent there: a forged file must not redirect it. */
  private static URI loopback(URI url) {
    if (!"http".equals(url.getScheme()) || url.getHost() == null || url.getPort() < 1) {
      throw new IllegalArgumentException("control_url: " + url + " is not a URL of this machine");
    }
    Control checked = new Control(url.getHost(), url.getPort());
    return URI.create("http://" + checked.host() + ":" + checked.port());
  }

  /** Returns whether the process of the file is alive, as far as known. */
  public boolean isProcessAlive() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()
        && (process.isEmpty() || process.equals(ProcessIdentity.of(pid)));
  }

  public void write(Path stateDirectory) throws IOException {
    ObjectNode json = Json.object();
    json.put("pid", pid);
    json.put("started_at", startedAt.toString());
    json.put("control_url", controlUrl.toString());
    process.ifPresent(identity -> json.put("process", identity));
    AtomicFileWriter.write(
        stateDirectory.resolve(NAME),
        (Json.pretty(json) + "\n").getBytes(UTF_8),
        PosixFilePermissions.fromString("rw-------"));
  }
}
