package org.lazaruspit.pit.internal.detection;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.lazaruspit.cell.AtomicFileWriter;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Issues agents' tokens. An agent does not get the token of the pit, but one that is derived from
 * it and valid for its own heartbeats only: the agent's key, a dot, and the HMAC-SHA256 of the key
 * under the pit's token in lower-case hexadecimal digits. A gateway that has the pit's token
 * accepts it without registration. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104, HMAC</a>
 */
public final class AgentTokens {

  private static final Logger log = LoggerFactory.getLogger(AgentTokens.class);
  private static final String HMAC = "HmacSHA256";

  /** A shorter secret could be found by trial, from a derived token. */
  private static final int MIN_SECRET_LENGTH = 32;

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
    String token = Files.readString(secret.get()).strip();
    String gateway = target.gatewayName().orElse("");
    if (token.length() < MIN_SECRET_LENGTH) {
      if (warned.add(gateway)) {
        log.warn(
            "gateway {}: no tokens for its agents: its token has fewer than {} characters",
            gateway,
            MIN_SECRET_LENGTH);
      }
      return Optional.empty();
    }
    warned.remove(gateway);
    return Optional.of(write(target, derive(token, target.key())));
  }

  private Path write(ProbeTarget target, String token) throws IOException {
    Path cell = folder.resolve(target.agent().cellId().toString());
    Files.createDirectories(cell, TRAVERSABLE);
    Path file = cell.resolve(target.agent().agentId());
    AtomicFileWriter.write(file, (token + "\n").getBytes(UTF_8), OWNER_ONLY);
    return file;
  }

  public static String derive(String secret, String key) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), HMAC));
      return key + "." + HexFormat.of().formatHex(mac.doFinal(key.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
