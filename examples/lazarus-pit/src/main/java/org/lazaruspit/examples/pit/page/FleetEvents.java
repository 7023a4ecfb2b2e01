package org.lazaruspit.examples.pit.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.control.DaemonProblem;
import org.lazaruspit.examples.pit.control.Response;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.heartbeat.http.ExchangeDeadlines;
import org.lazaruspit.pit.Revival;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fleet as server-sent events: first the whole fleet, then changes. No queue: each event is the
 * difference to the snapshot that its reader got last, so a slow reader gets many changes in one
 * event and costs the memory of one snapshot. {@link ExchangeDeadlines} cuts off a reader that
 * stops reading. Thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class FleetEvents {

  /** Maximum number of readers; each has a thread and a connection. */
  static final int MAX_READERS = 32;

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration BETWEEN_CHANGES = Duration.ofMillis(100);

  /** Bytes that a reader must accept within the limit of one answer. */
  private static final int PIECE = 64 * 1024;

  private final ChangeCounter changes;
  private final Supplier<FleetSnapshot> snapshots;
  private final Supplier<ObjectNode> health;
  private final Duration keepAlive;
  private final AtomicInteger readers = new AtomicInteger();
  private @Nullable Counted last;

  /** Snapshot, and the number of changes before it. */
  private record Counted(long count, FleetSnapshot snapshot) {}

  FleetEvents(
      ChangeCounter changes, Supplier<FleetSnapshot> snapshots, Supplier<ObjectNode> health) {
    this(changes, snapshots, health, KEEP_ALIVE);
  }

  FleetEvents(
      ChangeCounter changes,
      Supplier<FleetSnapshot> snapshots,
      Supplier<ObjectNode> health,
      Duration keepAlive) {
    this.changes = changes;
    this.snapshots = snapshots;
    this.health = health;
    this.keepAlive = keepAlive;
  }

  /** Returns the snapshot after the latest change, shared by all readers. */
  private synchronized Counted snapshot() {
    long count = changes.count();
    Counted current = last;
    if (current == null || current.count() != count) {
      current = new Counted(count, snapshots.get());
      last = current;
    }
    return current;
  }

  /** Returns a response with events, until the reader leaves. */
  Response open() {
    return readers.get() < MAX_READERS
        ? Response.stream("text/event-stream", this::write)
        : Response.problem(
                DaemonProblem.BUSY,
                "%d readers of events already, the maximum".formatted(MAX_READERS))
            .with("Retry-After", "5");
  }

  private void write(OutputStream out) throws IOException, InterruptedException {
    if (readers.incrementAndGet() > MAX_READERS) {
      readers.decrementAndGet(); // several readers came at once for the last place
      return;
    }
    try {
      follow(out);
    } finally {
      readers.decrementAndGet();
    }
  }

  /** Writes until the reader leaves, or this thread is interrupted. */
  void follow(OutputStream out) throws IOException, InterruptedException {
    FleetSnapshot sent = null;
    ObjectNode sentHealth = null;
    while (true) {
      ExchangeDeadlines.working();
      Counted now = snapshot();
      boolean written = send(out, sent, now.snapshot());
      sent = now.snapshot();
      ObjectNode status = health.get();
      if (!status.equals(sentHealth)) {
        event(out, "health", status.deepCopy().put("now", Instant.now().toString()));
        written = true;
        sentHealth = status;
      }
      if (!written) {
        write(out, ": still here\n\n");
      }
      out.flush();
      ExchangeDeadlines.resting();
      changes.rest(BETWEEN_CHANGES);
      changes.await(now.count(), keepAlive);
    }
  }

  private static boolean send(OutputStream out, @Nullable FleetSnapshot sent, FleetSnapshot now)
      throws IOException {
    if (sent == null) {
      event(out, "fleet", FleetJson.full(now).put("full", true));
      revivals(out, Map.of(), now);
      return true;
    }
    Optional<ObjectNode> change = FleetJson.change(sent, now);
    if (change.isPresent()) {
      event(out, "fleet", change.get());
    }
    return revivals(out, sent.revivals(), now) || change.isPresent();
  }

  private static boolean revivals(OutputStream out, Map<String, Revival> before, FleetSnapshot now)
      throws IOException {
    boolean any = false;
    for (ObjectNode revival : FleetJson.revivals(before, now.revivals())) {
      event(out, "revival", revival);
      any = true;
    }
    return any;
  }

  private static void event(OutputStream out, String name, JsonNode data) throws IOException {
    write(out, "event: " + name + "\ndata: " + Json.text(data) + "\n\n");
  }

  /** Writes in pieces, each with its own deadline: a slow line is not a stalled reader. */
  private static void write(OutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    for (int from = 0; from < bytes.length; from += PIECE) {
      ExchangeDeadlines.answering();
      out.write(bytes, from, Math.min(PIECE, bytes.length - from));
    }
  }

  /** Returns the number of readers. */
  int readers() {
    return readers.get();
  }
}
