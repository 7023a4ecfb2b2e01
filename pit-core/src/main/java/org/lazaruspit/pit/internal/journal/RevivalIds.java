package org.lazaruspit.pit.internal.journal;

import java.security.SecureRandom;

/** Generates ids of revivals: short enough to type, 50 random bits. Thread-safe. */
public final class RevivalIds {

  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int LENGTH = 10;

  private final SecureRandom random = new SecureRandom();

  public String next() {
    StringBuilder id = new StringBuilder("rv-");
    for (int i = 0; i < LENGTH; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return id.toString();
  }
}
