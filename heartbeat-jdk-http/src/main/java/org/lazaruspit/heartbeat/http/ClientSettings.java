package org.lazaruspit.heartbeat.http;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a client reaches its gateway: what the builders of {@link HeartbeatClient} and {@link
 * FleetClient} have in common. Not thread-safe.
 *
 * @param <B> the builder
 */
public abstract sealed class ClientSettings<B extends ClientSettings<B>>
    permits HeartbeatClient.Builder, FleetClient.Builder {

  private Duration timeout = Duration.ofSeconds(10);
  private @Nullable String token;
  private @Nullable Path tokenFile;
  private @Nullable HttpClient http;

  ClientSettings() {}

  abstract B self();

  /**
   * Sets the token to present. Default: none.
   *
   * @param text the token
   * @return this builder
   * @throws IllegalArgumentException if a file for it was given before
   */
  public final B token(String text) {
    if (tokenFile != null) {
      throw new IllegalArgumentException("token: tokenFile is " + tokenFile + " already");
    }
    this.token = Objects.requireNonNull(text, "text");
    return self();
  }

  /**
   * Sets the file that the token stands in; it is read before each request. Default: none.
   *
   * @param file a file with the token and nothing else
   * @return this builder
   * @throws IllegalArgumentException if a token was given before
   */
  public final B tokenFile(Path file) {
    if (token != null) {
      throw new IllegalArgumentException("tokenFile: " + file + ", but token is set already");
    }
    this.tokenFile = Objects.requireNonNull(file, "file");
    return self();
  }

  /**
   * Sets how long an answer may take. Default 10 seconds.
   *
   * @param time more than zero
   * @return this builder
   */
  public final B timeout(Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("timeout: " + time + " is not more than zero");
    }
    this.timeout = time;
    return self();
  }

  /**
   * Hands in an HTTP client, for example one with an {@code SSLContext} of its own. Default: one
   * that all clients of this JVM share.
   *
   * @param client is not closed
   * @return this builder
   */
  public final B http(HttpClient client) {
    this.http = Objects.requireNonNull(client, "client");
    return self();
  }

  final GatewayConnection gateway() {
    return new GatewayConnection(http, timeout, token, tokenFile);
  }
}
