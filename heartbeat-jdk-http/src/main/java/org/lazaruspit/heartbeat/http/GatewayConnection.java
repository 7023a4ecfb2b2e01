package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Connection of a client to its gateway. Thread-safe. */
final class GatewayConnection {

  private final @Nullable HttpClient http;
  private final Duration timeout;
  private final @Nullable String token;
  private final @Nullable Path tokenFile;

  GatewayConnection(
      @Nullable HttpClient http,
      Duration timeout,
      @Nullable String token,
      @Nullable Path tokenFile) {
    this.http = http;
    this.timeout = timeout;
    this.token = token;
    this.tokenFile = tokenFile;
  }

  /** Client shared in this JVM, since its threads cannot be stopped before Java 21. */
  private static final class Shared {
    static final HttpClient CLIENT =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /** Response of any status. */
  record Response(HttpResponse<byte[]> http) {
    int status() {
      return http.statusCode();
    }

    byte[] body() {
      return http.body();
    }

    BeatResult.Refused refused() {
      return new BeatResult.Refused(ResponseReader.problem(body(), status()), retryAfter());
    }

    private @Nullable Duration retryAfter() {
      return http.headers()
          .firstValue("Retry-After")
          .filter(text -> text.matches("\\d{1,6}"))
          .map(text -> Duration.ofSeconds(Long.parseLong(text)))
          .orElse(null);
    }
  }

  /** Sends a POST and waits for the whole response, up to the time-out. */
  Response post(URI uri, byte[] body) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(timeout);
    String bearer = bearer();
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    }
    if (body.length == 0) {
      request.POST(HttpRequest.BodyPublishers.noBody());
    } else {
      request.header("Content-Type", Json.TYPE).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }
    HttpClient client = http == null ? Shared.CLIENT : http;
    // The request's own time-out ends with the response's head; this time-out covers the body too.
    CompletableFuture<HttpResponse<byte[]>> future =
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    return await(future);
  }

  private Response await(CompletableFuture<HttpResponse<byte[]>> future) throws IOException {
    try {
      return new Response(future.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new IOException("no response within " + timeout, e);
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } catch (CancellationException e) {
      throw new IOException("cancelled", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  private static InterruptedIOException interrupted(InterruptedException cause) {
    InterruptedIOException e =
        new InterruptedIOException("interrupted while waiting for the response");
    e.initCause(cause);
    return e;
  }

  /** Reads the token each time, since tokens change while agents run. */
  private @Nullable String bearer() throws IOException {
    return tokenFile == null ? token : Files.readString(tokenFile).strip();
  }
}
