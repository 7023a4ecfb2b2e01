package org.lazaruspit.examples.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Work of the example agents: each value is the SHA-256 of the previous value, in hexadecimal. A
 * value is correct only if all earlier steps are, which reveals lost and repeated work.
 *
 * @param step number of steps
 * @param value result of the steps
 */
record HashChain(long step, String value) {

  static final HashChain BEGINNING = new HashChain(0, "lazarus");

  HashChain next() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(UTF_8));
      return new HashChain(step + 1, HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
