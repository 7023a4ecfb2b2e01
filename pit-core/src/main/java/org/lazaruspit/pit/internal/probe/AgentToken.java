package org.lazaruspit.pit.internal.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.lazaruspit.pit.spi.ProbeTarget;

/**
 * Token of one agent of one cell, derived from the pit's token: the cell's id, a slash, the agent's
 * key, a dot, and the HMAC-SHA256 of all before the dot under the pit's token in lower-case
 * hexadecimal digits. A gateway that has the pit's token accepts it without registration, and
 * learns the agent's cell from it. Pure.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104, HMAC</a>
 */
public final class AgentToken {

  private static final String HMAC = "HmacSHA256";

  /** A shorter secret could be found by trial, from a derived token. */
  public static final int MIN_SECRET_LENGTH = 32;

  private AgentToken() {}

  /** Returns the token of the agent; empty if the pit's token is too short to derive from. */
  public static Optional<String> of(String secret, ProbeTarget target) {
    return secret.length() < MIN_SECRET_LENGTH
        ? Optional.empty()
        : Optional.of(derive(secret, target.agent().cellId(), target.key()));
  }

  public static String derive(String secret, UUID cellId, String key) {
    try {
      String subject = cellId + "/" + key;
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), HMAC));
      return subject + "." + HexFormat.of().formatHex(mac.doFinal(subject.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
