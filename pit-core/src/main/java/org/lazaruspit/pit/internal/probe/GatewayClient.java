package org.lazaruspit.pit.internal.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends requests to gateways, with the pit's token and time limits. Thread-safe. */
final class GatewayClient {

  private static final Logger log = LoggerFactory.getLogger(GatewayClient.class);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Duration RESPONSE_LIMIT = Duration.ofSeconds(5);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_LIMIT)
          .build();

  HttpRequest.Builder request(GatewayAddress gateway, String path) throws IOException {
    return unlimited(gateway, path).timeout(RESPONSE_LIMIT);
  }

  /** Builds a request for an endless response; {@link #open} limits the time to its beginning. */
  HttpRequest.Builder unlimited(GatewayAddress gateway, String path) throws IOException {
    URI uri = gateway.resolve(path);
    HttpRequest.Builder builder = HttpRequest.newBuilder(uri);
    token(gateway).ifPresent(token -> builder.header("Authorization", "Bearer " + token));
    return builder;
  }

  /** Returns the pit's token for a gateway; empty if the gateway needs none. */
  static Optional<String> token(GatewayAddress gateway) throws IOException {
    Path file = gateway.tokenFile();
    return file == null ? Optional.empty() : Optional.of(Files.readString(file).strip());
  }

  HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofInputStream());
  }

  /** Sends an {@link #unlimited} request; its response has to begin in time. */
  HttpResponse<InputStream> open(HttpRequest request) throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<InputStream>> response =
        client.sendAsync(request, BodyHandlers.ofInputStream());
    try {
      return response.get(RESPONSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(request.uri().getPath() + " not answered in time", e);
    } catch (ExecutionException e) {
      throw new IOException(request.uri().getPath() + " failed: " + e.getCause(), e);
    } finally {
      if (!response.isDone()) {
        response.cancel(true);
      }
    }
  }

  /** Sends a request and returns the status of its response. */
  int status(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = send(request);
    try (InputStream body = limited(response)) {
      body.readAllBytes();
      return response.statusCode();
    }
  }

  /**
   * Returns the body, and closes it at the time limit: the limit of the client ends with the
   * headers, and a body may stall or never end.
   */
  static InputStream limited(HttpResponse<InputStream> response) {
    InputStream body = response.body();
    CompletableFuture.delayedExecutor(RESPONSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> close(body));
    return body;
  }

  static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      log.debug("response body not closed", e);
    }
  }

  static void expect(HttpResponse<?> response, Integer... statuses) throws IOException {
    if (!List.of(statuses).contains(response.statusCode())) {
      throw new IOException(response.uri().getPath() + " answered " + response.statusCode());
    }
  }

  /** Returns the message, or the type: some exceptions of the client have no message. */
  static String describe(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
