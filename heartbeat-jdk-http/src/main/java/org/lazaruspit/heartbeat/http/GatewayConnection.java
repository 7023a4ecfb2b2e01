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

/** The other end of the line, as a client sees it. */
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

  /** One for all clients of this JVM: it has threads, which before Java 21 nobody can end. */
  private static final class Shared {
    static final HttpClient CLIENT =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /** An answer, whatever its status. */
  record Answer(HttpResponse<byte[]> response) {
    int status() {
      return response.statusCode();
    }

    byte[] body() {
      return response.body();
    }

    BeatResult.Refused refused() {
      return new BeatResult.Refused(ResponseReader.problem(body(), status()), retryAfter());
    }

    private @Nullable Duration retryAfter() {
      return response
          .headers()
          .firstValue("Retry-After")
          .filter(text -> text.matches("\\d{1,6}"))
          .map(text -> Duration.ofSeconds(Long.parseLong(text)))
          .orElse(null);
    }
  }

  /** Sends a POST and waits for the whole answer, no longer than the time-out. */
  Answer post(URI uri, byte[] body) throws IOException {
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
    // The request's own time-out ends with the head of the answer; this one covers the body as
    // well.
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    return answered(answer);
  }

  private Answer answered(CompletableFuture<HttpResponse<byte[]>> future) throws IOException {
    try {
      return new Answer(future.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new IOException("no answer within " + timeout, e);
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
        new InterruptedIOException("interrupted while waiting for the answer");
    e.initCause(cause);
    return e;
  }

  /** Read each time, since tokens are changed while agents live. */
  private @Nullable String bearer() throws IOException {
    return tokenFile == null ? token : Files.readString(tokenFile).strip();
  }
}
