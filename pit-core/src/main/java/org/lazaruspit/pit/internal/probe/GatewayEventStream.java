package org.lazaruspit.pit.internal.probe;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to one gateway's events on a thread of its own, and connects again when the connection
 * ends. What an event says is not looked at: that there is one is the news. Thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class GatewayEventStream implements HealthProbe.Listening {

  private static final Logger log = LoggerFactory.getLogger(GatewayEventStream.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** A gateway that has no events, or no place for us, is polled; it may have them some day. */
  private static final Duration NO_EVENTS_PAUSE = Duration.ofMinutes(5);

  /** Gateways say every 15 s that they are still there. */
  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);

  /** A connection that lasts so long was a good one. */
  private static final Duration GOOD_CONNECTION = Duration.ofSeconds(10);

  private static final int MAX_LINE = 64 << 10;
  private static final int MAX_ID = 200;

  private final GatewayClient client;
  private final GatewayAddress gateway;
  private final Runnable news;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable InputStream open;
  private volatile long heardAt;
  private String lastId = "";

  GatewayEventStream(GatewayClient client, GatewayAddress gateway, Runnable news) {
    this.client = client;
    this.gateway = gateway;
    this.news = news;
    this.thread = new Thread(this::run, "pit-events-" + gateway.name());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    int failures = 0;
    try {
      while (closed.getCount() > 0) {
        long began = System.nanoTime();
        boolean hasEvents = listen();
        boolean good = System.nanoTime() - began >= GOOD_CONNECTION.toNanos();
        failures = good ? 1 : failures + 1;
        Duration pause = hasEvents ? longestPause(failures) : NO_EVENTS_PAUSE;
        closed.await(jitter(pause), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      log.debug("no longer listening to gateway {}", gateway.name());
    }
  }

  /** Exponential, from the first failure on. */
  static Duration longestPause(int failures) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /** All pits lose a gateway at once: they shall not all come back at once. */
  private static long jitter(Duration longest) {
    return ThreadLocalRandom.current().nextLong(longest.toMillis() / 10, longest.toMillis() + 1);
  }

  /** Listens until the connection ends; false where this gateway has no events for us. */
  private boolean listen() throws InterruptedException {
    try {
      HttpRequest.Builder request =
          client.unlimited(gateway, "/events").header("Accept", "text/event-stream");
      if (!lastId.isEmpty()) {
        request.header("Last-Event-ID", lastId);
      }
      HttpResponse<InputStream> response = client.open(request.GET().build());
      try (InputStream body = new BufferedInputStream(response.body())) {
        if (!isStream(response)) {
          log.info("gateway {} has no events for us, it is polled", gateway.name());
          return response.statusCode() >= 500 && response.statusCode() != 503;
        }
        read(body, response.body());
      }
    } catch (IOException e) {
      log.debug("gateway {} is not heard: {}", gateway.name(), e.toString());
    }
    return true;
  }

  private static boolean isStream(HttpResponse<?> response) {
    return response.statusCode() == 200
        && response
            .headers()
            .firstValue("Content-Type")
            .filter(type -> type.startsWith("text/event-stream"))
            .isPresent();
  }

  private void read(InputStream body, InputStream connection) throws IOException {
    open = connection;
    heardAt = System.nanoTime();
    watch(connection);
    boolean first = true;
    String id = lastId;
    boolean event = false;
    while (closed.getCount() > 0) {
      String line = line(body);
      heardAt = System.nanoTime();
      if (first) {
        // Whatever happened while nobody listened. Its answer may begin before it listens to us.
        news.run();
        first = false;
      }
      if (line.isEmpty()) {
        lastId = id;
        if (event) {
          news.run();
        }
        event = false;
      } else if (line.startsWith("id:")) {
        id = line.substring(3).strip();
      } else if (line.startsWith("data:")) {
        event = true;
      }
    }
  }

  /** Its beginning, and of that only what may stand in a header: that is all that is used. */
  private static String line(InputStream body) throws IOException {
    byte[] bytes = new byte[MAX_ID];
    int kept = 0;
    int length = 0;
    for (int b = body.read(); b != '\n'; b = body.read()) {
      if (b < 0) {
        throw new IOException("the connection ended");
      }
      if (++length > MAX_LINE) {
        throw new IOException("a line of more than " + MAX_LINE + " bytes");
      }
      if (b != '\r' && kept < MAX_ID) {
        bytes[kept++] = (byte) (b >= ' ' && b < 127 ? b : '?');
      }
    }
    return new String(bytes, 0, kept, StandardCharsets.US_ASCII);
  }

  /** A connection that has died without a word is closed under its reader. */
  private void watch(InputStream body) {
    CompletableFuture.delayedExecutor(SILENCE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              if (isOpen(body) && System.nanoTime() - heardAt < SILENCE_LIMIT.toNanos()) {
                watch(body);
              } else {
                GatewayClient.close(body);
              }
            });
  }

  @SuppressWarnings("ReferenceEquality") // this very connection
  private boolean isOpen(InputStream body) {
    return open == body && closed.getCount() > 0;
  }

  @Override
  public void close() {
    closed.countDown();
    InputStream body = open;
    if (body != null) {
      GatewayClient.close(body);
    }
    thread.interrupt();
  }
}
