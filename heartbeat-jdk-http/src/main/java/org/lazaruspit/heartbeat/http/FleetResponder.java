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
 * Tells how all agents are doing. What has up to four megabytes is made once for all who asked
 * meanwhile; what is longer, or comes when many are still reading, goes out while it is made.
 */
final class FleetResponder {

  private static final int MOST_HELD = 4 << 20;
  private static final int MOST_READERS = 32;

  private final HealthRegistry registry;
  private final String instance;
  private final Map<Kind, CoalescedResponse> shared = new ConcurrentHashMap<>();
  private final Semaphore readers = new Semaphore(MOST_READERS);

  /** The smallest fleet that was too large to be held. */
  private volatile int tooLarge = Integer.MAX_VALUE;

  FleetResponder(HealthRegistry registry, String instance) {
    this.registry = registry;
    this.instance = instance;
  }

  /** What is asked for. */
  private record Kind(@Nullable HealthStatus only, boolean zipped) {}

  void send(Request request) throws IOException, ProblemException {
    Kind kind =
        new Kind(
            status(request.parameter("status")), acceptsGzip(request.header("Accept-Encoding")));
    request.responseHeader("Content-Type", Json.TYPE);
    request.exchange().getResponseHeaders().add("Vary", "Accept-Encoding");
    if (kind.zipped()) {
      request.responseHeader("Content-Encoding", "gzip");
    }
    if (request.isHead()) {
      request.answer(200);
    } else if (!sentWhole(request, kind)) {
      OutputStream body = request.answerInPieces();
      write(body, kind);
      body.close();
      request.exchange().close();
    }
  }

  private boolean sentWhole(Request request, Kind kind) throws IOException {
    if (registry.size() >= tooLarge || !readers.tryAcquire()) {
      return false;
    }
    try {
      ExchangeDeadlines.answering();
      request.responseHeader("Cache-Control", "no-store");
      BufferedBody pages =
          shared.computeIfAbsent(kind, k -> new CoalescedResponse()).get(() -> held(kind));
      pages.send(request.exchange());
      return true;
    } catch (BufferedBody.TooLong e) {
      return false;
    } finally {
      readers.release();
    }
  }

  private BufferedBody held(Kind kind) throws IOException {
    int size = registry.size();
    BufferedBody pages = new BufferedBody(MOST_HELD);
    try {
      write(pages, kind);
      tooLarge = Integer.MAX_VALUE;
    } catch (BufferedBody.TooLong e) {
      tooLarge = kind.zipped() || kind.only() != null ? tooLarge : size;
      throw e;
    }
    return pages;
  }

  private void write(OutputStream body, Kind kind) throws IOException {
    if (!kind.zipped()) {
      writePlain(body, kind);
      return;
    }
    FastGzipOutputStream zip = new FastGzipOutputStream(body);
    try {
      writePlain(zip, kind);
      zip.finish();
    } finally {
      zip.end();
    }
  }

  private void writePlain(OutputStream body, Kind kind) throws IOException {
    try (JsonWriter json = JsonWriter.large(body)) {
      new FleetWriter(json, kind.only()).write(registry::forEach, instance);
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
