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

/** Set of tokens with their principals. Only digests are compared, in constant time. Immutable. */
final class Tokens {

  static final Tokens NONE = new Tokens(Map.of(), List.of());

  private static final String HMAC = "HmacSHA256";

  /** Principals by the digest of the token. */
  private final Map<Digest, Principal> principals;

  /** Tokens with full access, as keys of derived tokens. */
  private final List<SecretKeySpec> secrets;

  private Tokens(Map<Digest, Principal> principals, List<SecretKeySpec> secrets) {
    this.principals = Map.copyOf(principals);
    this.secrets = List.copyOf(secrets);
  }

  boolean isEmpty() {
    return principals.isEmpty();
  }

  int size() {
    return principals.size();
  }

  /** Returns the principal of a token, null if the token is unknown. */
  @Nullable Principal principal(String token) {
    Principal known = principals.get(Digest.of(token));
    return known == null ? derived(token) : known;
  }

  private @Nullable Principal derived(String token) {
    int dot = token.lastIndexOf('.');
    if (dot < 1) {
      return null;
    }
    String subject = token.substring(0, dot);
    int slash = subject.indexOf('/');
    if (slash < 1) {
      return null;
    }
    byte[] given = token.substring(dot + 1).getBytes(StandardCharsets.UTF_8);
    boolean found = false;
    for (SecretKeySpec secret : secrets) {
      byte[] expected = code(secret, subject).getBytes(StandardCharsets.UTF_8);
      found |= MessageDigest.isEqual(expected, given);
    }
    return found ? new Principal(subject.substring(slash + 1), subject.substring(0, slash)) : null;
  }

  /** Derives the token of one agent of a cell from a token with full access. */
  static String derive(String token, String cell, String agentId) {
    String subject = cell + "/" + agentId;
    return subject + "." + code(key(token), subject);
  }

  private static SecretKeySpec key(String token) {
    return new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), HMAC);
  }

  private static String code(SecretKeySpec secret, String subject) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(secret);
      return HexFormat.of().formatHex(mac.doFinal(subject.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  /** Digest as a map's key; the time of a comparison reveals nothing about a token. */
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

  /** Builder of a set of tokens. Not thread-safe. */
  static final class Builder {
    private final Map<Digest, Principal> principals = new LinkedHashMap<>();
    private final List<SecretKeySpec> secrets = new ArrayList<>();

    /** Adds a token with full access; the label names it in messages. */
    void all(String token, String label) {
      add(token, Principal.UNRESTRICTED, label);
      secrets.add(key(token));
    }

    /** Adds a token for one agent; the label names it in messages. */
    void agent(String agentId, String token, String label) {
      add(token, Principal.of(agentId), label);
    }

    private void add(String token, Principal principal, String label) {
      Objects.requireNonNull(token, "token");
      if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new IllegalArgumentException(
            label + " is empty or has characters other than visible ASCII");
      }
      if (principals.putIfAbsent(Digest.of(token), principal) != null) {
        throw new IllegalArgumentException(label + " is given a second time");
      }
    }

    Tokens build() {
      return principals.isEmpty() ? NONE : new Tokens(principals, secrets);
    }
  }
}
