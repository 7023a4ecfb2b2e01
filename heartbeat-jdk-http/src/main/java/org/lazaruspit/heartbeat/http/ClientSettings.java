package org.lazaruspit.heartbeat.http;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Connection settings that the builders of {@link HeartbeatClient} and {@link FleetClient} share.
 * Not thread-safe.
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
   * Sets the token to send. Default: no token.
   *
   * @param text the token
   * @return this builder
   * @throws IllegalArgumentException if a token file was set before
   */
  public final B token(String text) {
    if (tokenFile != null) {
      throw new IllegalArgumentException("token: tokenFile is " + tokenFile + " already");
    }
    this.token = Objects.requireNonNull(text, "text");
    return self();
  }

  /**
   * Sets the token file, which is read before each request. Default: no token file.
   *
   * @param file a file that contains only the token
   * @return this builder
   * @throws IllegalArgumentException if a token was set before
   */
  public final B tokenFile(Path file) {
    if (token != null) {
      throw new IllegalArgumentException("tokenFile: " + file + ", but token is set already");
    }
    this.tokenFile = Objects.requireNonNull(file, "file");
    return self();
  }

  /**
   * Sets the time-out of a response. Default 10 seconds.
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
   * Sets the HTTP client, for example to use an own {@code SSLContext}. Default: a client shared in
   * this JVM.
   *
   * @param client the HTTP client; this class does not close it
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
