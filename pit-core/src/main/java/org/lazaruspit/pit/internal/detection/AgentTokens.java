package org.lazaruspit.pit.internal.detection;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.lazaruspit.cell.AtomicFileWriter;
import org.lazaruspit.pit.internal.probe.AgentToken;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Issues agents' tokens. An agent does not get the token of the pit, but one that is derived from
 * it and valid for its own heartbeats only. Thread-safe.
 */
public final class AgentTokens {

  private static final Logger log = LoggerFactory.getLogger(AgentTokens.class);

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** An agent that runs as another user has to reach its own file. */
  private static final FileAttribute<Set<PosixFilePermission>> TRAVERSABLE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"));

  private final Path folder;
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  AgentTokens(Path stateDirectory) {
    this.folder = stateDirectory.resolve("tokens");
  }

  /**
   * Writes the token file of an agent, and returns its path.
   *
   * @return empty if its gateway needs no token, or has a token too short to derive from
   * @throws IOException if the pit's token cannot be read, or the agent's token cannot be written
   */
  Optional<Path> issue(ProbeTarget target) throws IOException {
    Optional<Path> secret = target.gateway().map(GatewayAddress::tokenFile);
    if (secret.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> token = AgentToken.of(Files.readString(secret.get()).strip(), target);
    String gateway = target.gatewayName().orElse("");
    if (token.isEmpty()) {
      if (warned.add(gateway)) {
        log.warn(
            "gateway {}: no tokens for its agents: its token has fewer than {} characters",
            gateway,
            AgentToken.MIN_SECRET_LENGTH);
      }
      return Optional.empty();
    }
    warned.remove(gateway);
    return Optional.of(write(target, token.get()));
  }

  private Path write(ProbeTarget target, String token) throws IOException {
    Path cell = folder.resolve(target.agent().cellId().toString());
    Files.createDirectories(cell, TRAVERSABLE);
    Path file = cell.resolve(target.agent().agentId());
    AtomicFileWriter.write(file, (token + "\n").getBytes(UTF_8), OWNER_ONLY);
    return file;
  }
}
