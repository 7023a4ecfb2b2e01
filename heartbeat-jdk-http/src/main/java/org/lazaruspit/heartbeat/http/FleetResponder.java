package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthStatus;

/**
 * Responds with the health of all agents. A response of up to 4 MiB is built once for all
 * concurrent requests; a longer response, or a response while many readers are active, is streamed.
 * Thread-safe.
 */
final class FleetResponder {

  private static final int MAX_BUFFERED = 4 << 20;
  private static final int MAX_READERS = 32;

  private final HealthRegistry registry;
  private final String instance;
  private final Map<Variant, CoalescedResponse> shared = new ConcurrentHashMap<>();
  private final Semaphore readers = new Semaphore(MAX_READERS);

  /** Smallest fleet whose response exceeded the buffer. */
  private volatile int tooLarge = Integer.MAX_VALUE;

  FleetResponder(HealthRegistry registry, String instance) {
    this.registry = registry;
    this.instance = instance;
  }

  /** Variant of the response. */
  private record Variant(@Nullable HealthStatus only, boolean zipped) {}

  void send(Request request) throws IOException, ProblemException {
    Variant variant =
        new Variant(
            status(request.parameter("status")), acceptsGzip(request.header("Accept-Encoding")));
    request.responseHeader("Content-Type", Json.TYPE);
    request.exchange().getResponseHeaders().add("Vary", "Accept-Encoding");
    if (variant.zipped()) {
      request.responseHeader("Content-Encoding", "gzip");
    }
    if (request.isHead()) {
      request.respond(200);
    } else if (!sendBuffered(request, variant)) {
      OutputStream body = request.respondChunked();
      write(body, variant);
      body.close();
      request.exchange().close();
    }
  }

  private boolean sendBuffered(Request request, Variant variant) throws IOException {
    if (registry.size() >= tooLarge || !readers.tryAcquire()) {
      return false;
    }
    try {
      ExchangeDeadlines.answering();
      request.responseHeader("Cache-Control", "no-store");
      BufferedBody buffer =
          shared
              .computeIfAbsent(variant, k -> new CoalescedResponse())
              .get(() -> buffered(variant));
      buffer.send(request.exchange());
      return true;
    } catch (BufferedBody.TooLong e) {
      return false;
    } finally {
      readers.release();
    }
  }

  private BufferedBody buffered(Variant variant) throws IOException {
    int size = registry.size();
    BufferedBody buffer = new BufferedBody(MAX_BUFFERED);
    try {
      write(buffer, variant);
      tooLarge = Integer.MAX_VALUE;
    } catch (BufferedBody.TooLong e) {
      tooLarge = variant.zipped() || variant.only() != null ? tooLarge : size;
      throw e;
    }
    return buffer;
  }

  private void write(OutputStream body, Variant variant) throws IOException {
    if (!variant.zipped()) {
      writePlain(body, variant);
      return;
    }
    FastGzipOutputStream zip = new FastGzipOutputStream(body);
    try {
      writePlain(zip, variant);
      zip.finish();
    } finally {
      zip.end();
    }
  }

  private void writePlain(OutputStream body, Variant variant) throws IOException {
    try (JsonWriter json = JsonWriter.large(body)) {
      new FleetWriter(json, variant.only()).write(registry::forEach, instance);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static @Nullable HealthStatus status(@Nullable String name) throws ProblemException {
    if (name == null) {
      return null;
    }
    for (HealthStatus status : HealthStatus.values()) {
      if (status.wireName().equals(name)) {
        return status;
      }
    }
    throw ProblemException.of(
        Problem.BAD_FIELD, "status: expected healthy, degraded or unhealthy in the query");
  }

  private static boolean acceptsGzip(@Nullable String accepted) {
    if (accepted == null) {
      return false;
    }
    for (String part : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] coding = part.split(";", -1);
      if (coding[0].strip().equals("gzip")) {
        return coding.length == 1 || !coding[1].strip().matches("q=0(\\.0*)?");
      }
    }
    return false;
  }
}
