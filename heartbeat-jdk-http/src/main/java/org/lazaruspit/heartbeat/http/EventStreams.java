package org.lazaruspit.heartbeat.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.HealthEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of health as server-sent events. Each reader has an own thread, so a reader that does not
 * read blocks no other; it is disconnected if a write takes too long or if its next events have
 * dropped out of the history. Thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class EventStreams implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatHandler.class);
  private static final byte[] KEEP_ALIVE = ": still here\n\n".getBytes(StandardCharsets.US_ASCII);

  private final String instance;
  private final EventHistory history;
  private final Semaphore places;
  private final Duration keepAlive;
  private final ExchangeDeadlines deadlines;
  private final ExecutorService threads = Threads.named("lazarus-events");

  EventStreams(
      String instance, int historySize, int maxReaders, Duration keepAlive, Duration writeLimit) {
    this.instance = instance;
    this.history = new EventHistory(historySize);
    this.places = new Semaphore(maxReaders);
    this.keepAlive = keepAlive;
    this.deadlines =
        new ExchangeDeadlines(new ExchangeDeadlines.Limits(writeLimit, writeLimit, writeLimit));
  }

  void add(HealthEvent event) {
    history.add(number -> encode(number, event));
  }

  private byte[] encode(long number, HealthEvent event) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    bytes.writeBytes(ascii("id: " + instance + "." + number + "\nevent: health\ndata: "));
    try (JsonWriter json = new JsonWriter(bytes)) {
      WireWriter.event(json, event);
    }
    bytes.writeBytes(ascii("\n\n"));
    return bytes.toByteArray();
  }

  /** Starts the stream of events to a reader. */
  void open(Request request) throws IOException, ProblemException {
    if (!places.tryAcquire()) {
      throw ProblemException.of(
          Problem.TOO_MANY_READERS, "all places for readers of events are taken; retry later");
    }
    boolean handedOver = false;
    try {
      deadlines.start("lazarus-events-deadlines", () -> false);
      threads.execute(() -> deadlines.run(() -> serve(request)));
      handedOver = true;
    } catch (RejectedExecutionException e) {
      throw ProblemException.of(Problem.TOO_MANY_READERS, "this gateway is shutting down");
    } finally {
      if (!handedOver) {
        places.release();
      }
    }
  }

  private void serve(Request request) {
    try {
      write(request);
    } catch (IOException e) {
      LOG.debug("event stream: reader disconnected or too slow: {}", e.toString());
    } catch (InterruptedException e) {
      LOG.debug("event stream: reader stopped");
    } finally {
      places.release();
      request.exchange().close();
    }
  }

  private void write(Request request) throws IOException, InterruptedException {
    request.responseHeader("Connection", "close");
    OutputStream out = request.respondChunked();
    long next = begin(out, request.header("Last-Event-ID"));
    while (true) {
      ExchangeDeadlines.resting();
      List<byte[]> events = history.from(next, keepAlive.toNanos());
      ExchangeDeadlines.answering();
      if (events == null) {
        return;
      }
      for (byte[] event : events) {
        out.write(event);
      }
      if (events.isEmpty()) {
        out.write(KEEP_ALIVE);
      }
      out.flush();
      next += events.size();
    }
  }

  /**
   * Returns the number of the reader's next event. Sends a gap event if the events after its last
   * one have dropped out.
   */
  private long begin(OutputStream out, @Nullable String lastId) throws IOException {
    out.write(ascii("retry: 2000\n\n"));
    long next = lastId == null ? history.next() : number(lastId) + 1;
    if (!history.holds(next)) {
      next = history.oldest();
      out.write(ascii("event: gap\ndata: {\"instance\": \"" + instance + "\"}\n\n"));
    }
    out.flush();
    return next;
  }

  /**
   * Returns the number in an id of this instance, or for other ids a number outside of the history.
   */
  private long number(String id) {
    String prefix = instance + ".";
    String digits = id.startsWith(prefix) ? id.substring(prefix.length()) : "";
    boolean valid =
        !digits.isEmpty()
            && digits.length() < 19
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    return valid ? Long.parseLong(digits) : -2;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    history.close();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(1, TimeUnit.SECONDS)) {
        deadlines.close();
        if (!threads.awaitTermination(1, TimeUnit.SECONDS)) {
          LOG.warn("event streams: a reader still runs 2 s after the stop");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      deadlines.close();
    }
  }
}
