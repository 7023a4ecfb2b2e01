package org.lazaruspit.examples.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The example's work: each value is the SHA-256 of the one before, in hexadecimal. A step can only
 * be right if the steps before it were, so that lost or repeated work shows.
 *
 * @param step how many steps have been done
 * @param value the value they led to
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
