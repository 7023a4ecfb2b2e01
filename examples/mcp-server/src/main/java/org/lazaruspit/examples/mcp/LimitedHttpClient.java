package org.lazaruspit.examples.mcp;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** HTTP client with a token and time limits. Thread-safe. */
final class LimitedHttpClient {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_LIMIT)
          .build();

  /** Reads the body of an answer. The body is closed when its time limit is over. */
  @FunctionalInterface
  interface Reader<T> {
    T read(int status, InputStream body) throws IOException, ToolException;
  }

  /**
   * Sends a request and reads its answer.
   *
   * @param server the server's name for messages
   * @param body the body of a POST request; null for a GET request
   * @throws ToolException if the server does not answer
   */
  <T> T send(
      String server, URI uri, @Nullable String token, byte @Nullable [] body, Reader<T> reader)
      throws IOException, InterruptedException, ToolException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ANSWER_LIMIT);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (body != null) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }
    HttpResponse<InputStream> response;
    try {
      response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (ConnectException e) {
      throw new ToolException(server + " does not answer at " + origin(uri) + ": no connection", e);
    } catch (HttpTimeoutException e) {
      throw new ToolException(server + " does not answer at " + origin(uri) + " in time", e);
    } catch (IOException e) {
      throw new ToolException(
          server + " cannot be reached at " + origin(uri) + ": " + e.getMessage(), e);
    }
    try (InputStream in = response.body()) {
      // The request's own time limit covers only the head of the answer.
      CompletableFuture<Void> cut =
          CompletableFuture.runAsync(
              () -> close(in),
              CompletableFuture.delayedExecutor(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
      try {
        return reader.read(response.statusCode(), in);
      } finally {
        cut.cancel(false);
      }
    }
  }

  private static void close(InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String origin(URI uri) {
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }
}
