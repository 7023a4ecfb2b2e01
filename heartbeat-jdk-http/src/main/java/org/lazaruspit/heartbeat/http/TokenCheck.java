package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may talk to a gateway: everybody, the holders of a token for all agents, or each agent with a
 * token of its own that lets it speak for itself alone.
 *
 * <p>Tokens travel in the {@code Authorization: Bearer} header. They are compared in constant time,
 * and never shown or logged. Thread-safe.
 *
 * <h2>Tokens for one agent</h2>
 *
 * <p>Whoever holds a token for everything can make one for a single agent, and every gateway that
 * knows the former accepts the latter: nothing has to be registered or passed on. It is the agent's
 * id as the gateway knows it, a dot, and the HMAC-SHA256 of that id (UTF-8) keyed with the token
 * for everything (its ASCII characters), as 64 lower-case hexadecimal digits. In a shell:
 *
 * <pre>{@code
 * echo "$ID.$(printf %s "$ID" | openssl dgst -sha256 -hmac "$TOKEN" -r | cut -c1-64)"
 * }</pre>
 *
 * <p>An agent can try to guess what its token was made from, so this takes a token for everything
 * that was drawn at random: {@link #forAgent} asks for 32 characters. Replacing the token for
 * everything revokes all that were derived from it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104, HMAC</a>
 */
public final class TokenCheck {

  private static final TokenCheck NONE = new TokenCheck(() -> Tokens.NONE);

  private static final int SHORTEST_SECRET = 32;

  private final Supplier<Tokens> tokens;

  private TokenCheck(Supplier<Tokens> tokens) {
    this.tokens = tokens;
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
   * <p>A file that changes is read again within a second of the next request, so tokens are
   * replaced without a restart: rename a new file over the old one. If the new one cannot be used,
   * that is logged once and what was known stays valid.
   *
   * @param file the file, UTF-8; nobody but the gateway should be able to read it
   * @return the check
   * @throws IOException if the file cannot be read now
   * @throws IllegalArgumentException if a line is neither, or if there is no token at all; the
   *     message names the file and the line, never a token
   */
  public static TokenCheck fromFile(Path file) throws IOException {
    return new TokenCheck(new TokenFile(file, System::nanoTime));
  }

  /**
   * Makes the token that lets one agent speak for itself: send heartbeats, report its own failure,
   * register, leave and look at itself, and nothing else. Every gateway that knows the token for
   * everything accepts it.
   *
   * @param token a token for everything, of 32 characters at least, drawn at random
   * @param agentId the agent, as the gateway knows it
   * @return the same text each time
   * @throws IllegalArgumentException if the token is too short
   */
  public static String forAgent(String token, String agentId) {
    if (token.length() < SHORTEST_SECRET) {
      throw new IllegalArgumentException(
          "the token has "
              + token.length()
              + " characters, and could be guessed from what is derived from it: expected "
              + SHORTEST_SECRET
              + " or more");
    }
    return Tokens.derive(token, Objects.requireNonNull(agentId, "agentId"));
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
    return this == NONE;
  }

  /** Who sent a request with this {@code Authorization} header. */
  Principal caller(@Nullable String authorization) throws ProblemException {
    if (isNone()) {
      return Principal.ANYBODY;
    }
    if (authorization == null) {
      throw ProblemException.of(
          Problem.UNAUTHORIZED, "send the header Authorization: Bearer TOKEN");
    }
    if (!authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw ProblemException.of(
          Problem.UNAUTHORIZED, "the Authorization header is not of the form Bearer TOKEN");
    }
    Principal caller = tokens.get().caller(authorization.substring(7).strip());
    if (caller == null) {
      throw ProblemException.of(Problem.UNAUTHORIZED, "this gateway does not know the token");
    }
    return caller;
  }

  /** Names how many tokens there are, never the tokens. */
  @Override
  public String toString() {
    return "TokenCheck[" + tokens.get().size() + " tokens]";
  }

  /** Collects tokens. Not thread-safe. */
  public static final class Builder {
    private final Tokens.Builder tokens = new Tokens.Builder();

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
      tokens.all(token, "the token");
      return this;
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
      tokens.agent(Objects.requireNonNull(agentId, "agentId"), token, "the token of " + agentId);
      return this;
    }

    /**
     * Ends building.
     *
     * @return the check; {@link TokenCheck#none()} if no token was given
     */
    public TokenCheck build() {
      Tokens built = tokens.build();
      return built.isEmpty() ? NONE : new TokenCheck(() -> built);
    }
  }
}
