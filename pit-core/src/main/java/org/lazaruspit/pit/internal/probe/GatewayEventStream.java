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
 * Reads the events of one gateway on a thread of its own, and reconnects after the end of a
 * connection. Reports that an event came, not its content. Thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class GatewayEventStream implements HealthProbe.Listening {

  private static final Logger log = LoggerFactory.getLogger(GatewayEventStream.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** Pause after a refusal: the gateway has no events, or no free connection. */
  private static final Duration NO_EVENTS_PAUSE = Duration.ofMinutes(5);

  /** Gateways send a comment at least every 15 s. */
  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);

  /** Minimum duration of a connection that resets the back-off. */
  private static final Duration GOOD_CONNECTION = Duration.ofSeconds(10);

  private static final int MAX_LINE = 64 << 10;
  private static final int MAX_ID = 200;

  private final GatewayClient client;
  private final GatewayAddress gateway;
  private final Runnable onChange;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable InputStream connection;
  private volatile long lastReadNanos;
  private String lastId = ""; // confined to the thread

  GatewayEventStream(GatewayClient client, GatewayAddress gateway, Runnable onChange) {
    this.client = client;
    this.gateway = gateway;
    this.onChange = onChange;
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
      log.debug("gateway {}: event stream closed", gateway.name());
    }
  }

  /**
   * Returns the longest pause after so many failures, at least 1: doubled each time, up to 30 s.
   */
  static Duration longestPause(int failures) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /** Spreads the reconnections of pits that lost the gateway at the same time. */
  private static long jitter(Duration longest) {
    return ThreadLocalRandom.current().nextLong(longest.toMillis() / 10, longest.toMillis() + 1);
  }

  /** Reads events until the connection ends; returns false if the gateway refuses them. */
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
          log.info("gateway {}: no event stream; polling", gateway.name());
          return response.statusCode() >= 500 && response.statusCode() != 503;
        }
        read(body, response.body());
      }
    } catch (IOException e) {
      log.debug("gateway {}: event stream ended: {}", gateway.name(), e.toString());
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

  private void read(InputStream body, InputStream opened) throws IOException {
    connection = opened;
    lastReadNanos = System.nanoTime();
    watch(opened);
    boolean first = true;
    String id = lastId;
    boolean event = false;
    while (closed.getCount() > 0) {
      String line = readLine(body);
      lastReadNanos = System.nanoTime();
      if (first) {
        // Changes before the connection; the first line shows that the gateway has registered it.
        onChange.run();
        first = false;
      }
      if (line.isEmpty()) {
        lastId = id;
        if (event) {
          onChange.run();
        }
        event = false;
      } else if (line.startsWith("id:")) {
        id = line.substring(3).strip();
      } else if (line.startsWith("data:")) {
        event = true;
      }
    }
  }

  /** Returns the beginning of a line, with characters replaced that a header must not hold. */
  private static String readLine(InputStream body) throws IOException {
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

  /** Closes a connection that is silent for too long, under its reader. */
  private void watch(InputStream body) {
    CompletableFuture.delayedExecutor(SILENCE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              if (isOpen(body) && System.nanoTime() - lastReadNanos < SILENCE_LIMIT.toNanos()) {
                watch(body);
              } else {
                GatewayClient.close(body);
              }
            });
  }

  @SuppressWarnings("ReferenceEquality") // this very connection
  private boolean isOpen(InputStream body) {
    return connection == body && closed.getCount() > 0;
  }

  @Override
  public void close() {
    closed.countDown();
    InputStream body = connection;
    if (body != null) {
      GatewayClient.close(body);
    }
    thread.interrupt();
  }
}
