package org.lazaruspit.heartbeat.http;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that are known at one time, and whom each speaks for. Only digests are compared, in
 * constant time. Immutable.
 */
final class Tokens {

  static final Tokens NONE = new Tokens(Map.of(), List.of());

  private static final String HMAC = "HmacSHA256";

  /** From a token's digest to whom it speaks for. */
  private final Map<Digest, Principal> callers;

  /** The tokens for everything, as keys that agents' tokens are derived from. */
  private final List<SecretKeySpec> secrets;

  private Tokens(Map<Digest, Principal> callers, List<SecretKeySpec> secrets) {
    this.callers = Map.copyOf(callers);
    this.secrets = List.copyOf(secrets);
  }

  boolean isEmpty() {
    return callers.isEmpty();
  }

  int size() {
    return callers.size();
  }

  /** Whom this token speaks for, null if nobody knows it. */
  @Nullable Principal caller(String token) {
    Principal known = callers.get(Digest.of(token));
    return known == null ? derived(token) : known;
  }

  private @Nullable Principal derived(String token) {
    int dot = token.lastIndexOf('.');
    if (dot < 1) {
      return null;
    }
    String agentId = token.substring(0, dot);
    byte[] given = token.substring(dot + 1).getBytes(StandardCharsets.UTF_8);
    boolean found = false;
    for (SecretKeySpec secret : secrets) {
      byte[] expected = code(secret, agentId).getBytes(StandardCharsets.UTF_8);
      found |= MessageDigest.isEqual(expected, given);
    }
    return found ? new Principal(agentId) : null;
  }

  /** The token of one agent that belongs to a token for everything. */
  static String derive(String token, String agentId) {
    return agentId + "." + code(key(token), agentId);
  }

  private static SecretKeySpec key(String token) {
    return new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), HMAC);
  }

  private static String code(SecretKeySpec secret, String agentId) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(secret);
      return HexFormat.of().formatHex(mac.doFinal(agentId.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  /** A digest as a map's key. What its comparison takes says nothing about a token's text. */
  private static final class Digest {
    private final byte[] bytes;

    private Digest(byte[] bytes) {
      this.bytes = bytes;
    }

    static Digest of(String token) {
      try {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        return new Digest(sha256.digest(token.getBytes(StandardCharsets.UTF_8)));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Digest that && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** Collects tokens. Not thread-safe. */
  static final class Builder {
    private final Map<Digest, Principal> callers = new LinkedHashMap<>();
    private final List<SecretKeySpec> secrets = new ArrayList<>();

    /** Adds a token for everything. */
    void all(String token, String what) {
      add(token, Principal.ANYBODY, what);
      secrets.add(key(token));
    }

    /** Adds a token for one agent. */
    void agent(String agentId, String token, String what) {
      add(token, new Principal(agentId), what);
    }

    private void add(String token, Principal caller, String what) {
      Objects.requireNonNull(token, "token");
      if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new IllegalArgumentException(
            what + " is empty or has characters other than visible ASCII");
      }
      if (callers.putIfAbsent(Digest.of(token), caller) != null) {
        throw new IllegalArgumentException(what + " is given a second time");
      }
    }

    Tokens build() {
      return callers.isEmpty() ? NONE : new Tokens(callers, secrets);
    }
  }
}
