package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Check of the tokens of a gateway: no token required, tokens with full access, and tokens that
 * permit one agent only.
 *
 * <p>Clients send tokens in the {@code Authorization: Bearer} header. Tokens are compared in
 * constant time, and never shown or logged. Thread-safe.
 *
 * <h2>Tokens for one agent</h2>
 *
 * <p>A token with full access allows to derive a token for a single agent of a mission cell, and
 * every gateway with the former accepts the latter, without registration. A derived token is the
 * cell's id, a slash, the agent's id as the gateway knows it, a dot, and the HMAC-SHA256 of all
 * before the dot (UTF-8) keyed with the token with full access (its ASCII characters), as 64
 * lower-case hexadecimal digits. In a shell:
 *
 * <pre>{@code
 * echo "$CELL/$ID.$(printf %s "$CELL/$ID" | openssl dgst -sha256 -hmac "$TOKEN" -r | cut -c1-64)"
 * }</pre>
 *
 * <p>An agent's id belongs to the cell whose derived token first registers it or first sends a
 * heartbeat for it. Until the agent is removed with full access, derived tokens of other cells are
 * refused for this id (403). Without a mission cell, any text without a slash serves as the cell's
 * id.
 *
 * <p>An agent can try to guess the key of its token, so the token with full access must be random:
 * {@link #forAgent} requires 32 characters. A replaced token with full access revokes all tokens
 * derived from it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104, HMAC</a>
 */
public final class TokenCheck {

  private static final TokenCheck NONE = new TokenCheck(() -> Tokens.NONE);

  private static final int MIN_SECRET_LENGTH = 32;

  private final Supplier<Tokens> tokens;

  private TokenCheck(Supplier<Tokens> tokens) {
    this.tokens = tokens;
  }

  /**
   * Returns a check that requires no token.
   *
   * @return a check that gives every client full access
   */
  public static TokenCheck none() {
    return NONE;
  }

  /**
   * Returns a check with one token, which gives full access.
   *
   * @param token the token
   * @return the check
   * @throws IllegalArgumentException if the token is empty or has characters other than visible
   *     ASCII
   */
  public static TokenCheck of(String token) {
    return builder().token(token).build();
  }

  /**
   * Reads tokens from a file: a line with one word is a token with full access, a line with two
   * words is an agent's id and a token for this agent only. Empty lines and lines that start with
   * {@code #} are ignored.
   *
   * <p>A changed file is read again within a second of the next request, so tokens can be replaced
   * without a restart: rename a new file over the old one. An invalid new file is logged once, and
   * the old tokens stay valid.
   *
   * @param file the file, UTF-8; should be readable by the gateway only
   * @return the check
   * @throws IOException if the file cannot be read now
   * @throws IllegalArgumentException if a line is invalid or the file has no token; the message
   *     names the file and the line, never a token
   */
  public static TokenCheck fromFile(Path file) throws IOException {
    return new TokenCheck(new TokenFile(file, System::nanoTime));
  }

  /**
   * Derives the token of one agent of a cell. It permits requests for this agent only: heartbeat,
   * failure report, registration, removal and query; and only while the agent's id belongs to no
   * other cell. Every gateway with the token with full access accepts it.
   *
   * @param token a random token with full access, at least 32 characters
   * @param cell the id of the agent's cell, visible ASCII characters without a slash
   * @param agentId the agent, as the gateway knows it
   * @return the token, equal for equal arguments
   * @throws IllegalArgumentException if the token is too short, or the cell's id is invalid
   */
  public static String forAgent(String token, String cell, String agentId) {
    if (token.length() < MIN_SECRET_LENGTH) {
      throw new IllegalArgumentException(
          "the token has "
              + token.length()
              + " characters and could be guessed from a derived token: expected "
              + MIN_SECRET_LENGTH
              + " or more");
    }
    if (cell.isEmpty() || !cell.chars().allMatch(c -> c > ' ' && c < 127 && c != '/')) {
      throw new IllegalArgumentException(
          "the cell's id is empty or has characters other than visible ASCII without a slash");
    }
    return Tokens.derive(token, cell, Objects.requireNonNull(agentId, "agentId"));
  }

  /**
   * Returns a builder for several tokens, with full access or for one agent each.
   *
   * @return a builder without tokens
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns whether no token is required.
   *
   * @return true for {@link #none()}
   */
  public boolean isNone() {
    return this == NONE;
  }

  /** Returns the principal of a request with this {@code Authorization} header. */
  Principal principal(@Nullable String authorization) throws ProblemException {
    if (isNone()) {
      return Principal.UNRESTRICTED;
    }
    if (authorization == null) {
      throw ProblemException.of(
          Problem.UNAUTHORIZED, "send the header Authorization: Bearer TOKEN");
    }
    if (!authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw ProblemException.of(
          Problem.UNAUTHORIZED, "the Authorization header is not of the form Bearer TOKEN");
    }
    Principal principal = tokens.get().principal(authorization.substring(7).strip());
    if (principal == null) {
      throw ProblemException.of(Problem.UNAUTHORIZED, "the token is unknown to this gateway");
    }
    return principal;
  }

  /** Returns the number of tokens, never the tokens. */
  @Override
  public String toString() {
    return "TokenCheck[" + tokens.get().size() + " tokens]";
  }

  /** Builder of a check. Not thread-safe. */
  public static final class Builder {
    private final Tokens.Builder tokens = new Tokens.Builder();

    private Builder() {}

    /**
     * Adds a token with full access.
     *
     * @param token visible ASCII characters without spaces
     * @return this builder
     * @throws IllegalArgumentException if the token is empty, has other characters or was added
     *     before
     */
    public Builder token(String token) {
      tokens.all(token, "the token");
      return this;
    }

    /**
     * Adds a token for one agent. It permits requests for this agent only: heartbeat, failure
     * report, registration, removal and query.
     *
     * @param agentId the agent
     * @param token visible ASCII characters without spaces
     * @return this builder
     * @throws IllegalArgumentException if the token is empty, has other characters or was added
     *     before
     */
    public Builder agentToken(String agentId, String token) {
      tokens.agent(Objects.requireNonNull(agentId, "agentId"), token, "the token of " + agentId);
      return this;
    }

    /**
     * Creates the check.
     *
     * @return the check; {@link TokenCheck#none()} without tokens
     */
    public TokenCheck build() {
      Tokens built = tokens.build();
      return built.isEmpty() ? NONE : new TokenCheck(() -> built);
    }
  }
}
