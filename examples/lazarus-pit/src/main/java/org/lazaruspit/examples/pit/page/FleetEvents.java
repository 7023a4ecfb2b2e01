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
 * The fleet as server-sent events: first all of it, then what has changed. Nothing is queued: a
 * reader is told how the fleet of now differs from what it was told last, so a slow one gets many
 * changes in one, and costs no memory beyond one picture. One that doesn't take what it is sent is
 * cut off by {@link ExchangeDeadlines}. Thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class FleetEvents {

  /** A reader has a thread and a connection: more than these are turned away. */
  static final int MOST_READERS = 32;

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration BETWEEN_CHANGES = Duration.ofMillis(100);

  /** What a reader must take within the limit of one answer. */
  private static final int PIECE = 64 * 1024;

  private final ChangeCounter changes;
  private final Supplier<FleetSnapshot> look;
  private final Supplier<ObjectNode> health;
  private final Duration keepAlive;
  private final AtomicInteger readers = new AtomicInteger();
  private @Nullable Seen seen;

  /** A picture, and after how many changes it was made. */
  private record Seen(long count, FleetSnapshot picture) {}

  FleetEvents(ChangeCounter changes, Supplier<FleetSnapshot> look, Supplier<ObjectNode> health) {
    this(changes, look, health, KEEP_ALIVE);
  }

  FleetEvents(
      ChangeCounter changes,
      Supplier<FleetSnapshot> look,
      Supplier<ObjectNode> health,
      Duration keepAlive) {
    this.changes = changes;
    this.look = look;
    this.health = health;
    this.keepAlive = keepAlive;
  }

  /** One picture for all that have seen the same changes. */
  private synchronized Seen picture() {
    long count = changes.count();
    Seen last = seen;
    if (last == null || last.count() != count) {
      last = new Seen(count, look.get());
      seen = last;
    }
    return last;
  }

  /** Answers with events, for as long as the reader stays. */
  Response open() {
    return readers.get() < MOST_READERS
        ? Response.stream("text/event-stream", this::write)
        : Response.problem(
                DaemonProblem.BUSY,
                "%d pages or programs follow this fleet already".formatted(MOST_READERS))
            .with("Retry-After", "5");
  }

  private void write(OutputStream out) throws IOException, InterruptedException {
    if (readers.incrementAndGet() > MOST_READERS) {
      readers.decrementAndGet(); // several came at once for the last place
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
    FleetSnapshot told = null;
    ObjectNode toldHealth = null;
    while (true) {
      ExchangeDeadlines.working();
      Seen now = picture();
      boolean said = tell(out, told, now.picture());
      told = now.picture();
      ObjectNode well = health.get();
      if (!well.equals(toldHealth)) {
        event(out, "health", well.deepCopy().put("now", Instant.now().toString()));
        said = true;
        toldHealth = well;
      }
      if (!said) {
        write(out, ": still here\n\n");
      }
      out.flush();
      ExchangeDeadlines.resting();
      changes.rest(BETWEEN_CHANGES);
      changes.await(now.count(), keepAlive);
    }
  }

  private static boolean tell(OutputStream out, @Nullable FleetSnapshot told, FleetSnapshot now)
      throws IOException {
    if (told == null) {
      event(out, "fleet", FleetJson.full(now).put("full", true));
      revivals(out, Map.of(), now);
      return true;
    }
    Optional<ObjectNode> change = FleetJson.change(told, now);
    if (change.isPresent()) {
      event(out, "fleet", change.get());
    }
    return revivals(out, told.revivals(), now) || change.isPresent();
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

  /** Piece by piece: a large fleet over a slow line is no reader that stands still. */
  private static void write(OutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    for (int from = 0; from < bytes.length; from += PIECE) {
      ExchangeDeadlines.answering();
      out.write(bytes, from, Math.min(PIECE, bytes.length - from));
    }
  }

  /** How many read now. */
  int readers() {
    return readers.get();
  }
}
