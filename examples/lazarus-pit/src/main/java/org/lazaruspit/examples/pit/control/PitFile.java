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
 * {@code pit.json}: which daemon works with a state directory, and where it can be asked.
 *
 * @param pid its process
 * @param startedAt when it was started
 * @param controlUrl where it listens
 * @param process what tells the process from a later one with that pid; empty where the machine
 *     doesn't say
 */
public record PitFile(long pid, Instant startedAt, URI controlUrl, Optional<String> process) {

  static final String NAME = "pit.json";

  private static final int MAX_BYTES = 64 * 1024;

  /** This process, listening there. */
  public static PitFile ofThisProcess(Instant startedAt, URI controlUrl) {
    long pid = ProcessHandle.current().pid();
    return new PitFile(pid, startedAt, controlUrl, ProcessIdentity.of(pid));
  }

  /**
   * Reads it.
   *
   * @return empty where there is none
   * @throws IOException if there is one that no daemon wrote
   */
  public static Optional<PitFile> read(Path stateDirectory) throws IOException {
    Path file = stateDirectory.resolve(NAME);
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException(file + ": is no daemon's, it has over " + MAX_BYTES + " bytes");
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
          "%s: is no daemon's: %s"
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  /** Whoever can write this file should not be sent the token elsewhere. */
  private static URI loopback(URI url) {
    if (!"http".equals(url.getScheme()) || url.getHost() == null || url.getPort() < 1) {
      throw new IllegalArgumentException("control_url: " + url + " is not a URL of this machine");
    }
    Control checked = new Control(url.getHost(), url.getPort());
    return URI.create("http://" + checked.host() + ":" + checked.port());
  }

  /** Whether the process that wrote it still lives, as far as this machine tells. */
  public boolean processLives() {
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
