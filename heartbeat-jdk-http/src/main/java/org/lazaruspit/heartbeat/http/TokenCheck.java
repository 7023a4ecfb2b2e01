package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who may talk to a gateway: everybody, the holders of a token for all agents, or each agent with a
 * token of its own that lets it speak for itself alone.
 *
 * <p>Tokens travel in the {@code Authorization: Bearer} header. Only their SHA-256 digests are
 * kept, and only digests are compared, in constant time. Immutable and safe to share.
 */
public final class TokenCheck {

  private static final TokenCheck NONE = new TokenCheck(Map.of());

  /** From a token's digest to whom it speaks for. */
  private final Map<Digest, Caller> callers;

  private TokenCheck(Map<Digest, Caller> callers) {
    this.callers = callers;
  }

  /**
   * No token is asked for.
   *
   * @return a check that lets everybody do everything
   */
  public static TokenCheck none() {
    return NONE;
  }

  /**
   * One token for everything.
   *
   * @param token what clients have to present
   * @return the check
   * @throws IllegalArgumentException if the token is empty or no visible ASCII text
   */
  public static TokenCheck of(String token) {
    return builder().token(token).build();
  }

  /**
   * Reads tokens from a file: a line with one word is a token for everything, a line with two is an
   * agent's id and the token that speaks for this agent alone. Empty lines and lines that start
   * with {@code #} don't count.
   *
   * @param file the file, UTF-8
   * @return the check
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if a line is neither, or if there is no token at all; the
   *     message names the file and the line, never a token
   */
  public static TokenCheck fromFile(Path file) throws IOException {
    Builder builder = builder();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      number++;
      String text = line.strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        builder.line(text, file + ", line " + number);
      }
    }
    TokenCheck check = builder.build();
    if (check.isNone()) {
      throw new IllegalArgumentException("no token in " + file);
    }
    return check;
  }

  /**
   * Several tokens: for everything (two while they are being changed), for one agent each.
   *
   * @return a builder without tokens
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Whether everybody may do everything.
   *
   * @return true if no token is asked for
   */
  public boolean isNone() {
    return callers.isEmpty();
  }

  /** Who sent a request with this {@code Authorization} header. */
  Caller caller(@Nullable String authorization) throws Refusal {
    if (isNone()) {
      return Caller.ANYBODY;
    }
    if (authorization == null) {
      throw Refusal.of(Problem.UNAUTHORIZED, "send the header Authorization: Bearer TOKEN");
    }
    if (!authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw Refusal.of(
          Problem.UNAUTHORIZED, "the Authorization header is not of the form Bearer TOKEN");
    }
    Caller caller = callers.get(Digest.of(authorization.substring(7).strip()));
    if (caller == null) {
      throw Refusal.of(Problem.UNAUTHORIZED, "this gateway does not know the token");
    }
    return caller;
  }

  /** Names how many tokens there are, never the tokens. */
  @Override
  public String toString() {
    return "TokenCheck[" + callers.size() + " tokens]";
  }

  /**
   * Who sent a request.
   *
   * @param agentId the only agent that the sender may speak for, or null if it may do everything
   */
  record Caller(@Nullable String agentId) {
    static final Caller ANYBODY = new Caller(null);

    boolean maySpeakFor(String agent) {
      return agentId == null || agentId.equals(agent);
    }

    boolean mayDoEverything() {
      return agentId == null;
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
  public static final class Builder {
    private final Map<Digest, Caller> callers = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Adds a token for everything.
     *
     * @param token visible ASCII characters without spaces
     * @return this builder
     * @throws IllegalArgumentException if the token is empty, has other characters, or was given
     *     before
     */
    public Builder token(String token) {
      return add(token, Caller.ANYBODY, "the token");
    }

    /**
     * Adds a token that lets one agent speak for itself: send heartbeats, report its own failure,
     * register, leave and look at itself, and nothing else.
     *
     * @param agentId the agent
     * @param token visible ASCII characters without spaces
     * @return this builder
     * @throws IllegalArgumentException if the token is empty, has other characters, or was given
     *     before
     */
    public Builder agentToken(String agentId, String token) {
      Objects.requireNonNull(agentId, "agentId");
      return add(token, new Caller(agentId), "the token of " + agentId);
    }

    private void line(String text, String place) {
      String[] words = text.split("\\s+", -1);
      switch (words.length) {
        case 1 -> add(words[0], Caller.ANYBODY, "the token in " + place);
        case 2 -> add(words[1], new Caller(words[0]), "the token in " + place);
        default ->
            throw new IllegalArgumentException(
                place + ": expected TOKEN or AGENT_ID TOKEN, found " + words.length + " words");
      }
    }

    private Builder add(String token, Caller caller, String what) {
      Objects.requireNonNull(token, "token");
      if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new IllegalArgumentException(
            what + " is empty or has characters other than visible ASCII");
      }
      if (callers.putIfAbsent(Digest.of(token), caller) != null) {
        throw new IllegalArgumentException(what + " is given a second time");
      }
      return this;
    }

    /**
     * Ends building.
     *
     * @return the check; {@link TokenCheck#none()} if no token was given
     */
    public TokenCheck build() {
      return callers.isEmpty() ? NONE : new TokenCheck(Map.copyOf(callers));
    }
  }
}
