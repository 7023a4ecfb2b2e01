package org.lazaruspit.examples.pit.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.PitReport.AgentLine;
import org.lazaruspit.pit.PitReport.Status;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.spi.AgentRef;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Events of the page. */
@Timeout(30)
final class FleetEventsTest {

  private static final UUID CELL = new UUID(7, 7);
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
  private static final PitReport ANY = new PitReport(NOON, 0, List.of(), List.of());

  private final ChangeCounter changes = new ChangeCounter();
  private final AtomicReference<FleetSnapshot> now = new AtomicReference<>(snapshot(NOON));
  private final AtomicReference<ObjectNode> health =
      new AtomicReference<>(Json.object().put("well", true));
  private Thread reader;

  @AfterEach
  void end() throws InterruptedException {
    if (reader != null) {
      reader.interrupt();
      reader.join();
    }
  }

  private record Event(String name, JsonNode data) {}

  /** Collects the events between two flushes, and blocks each flush until released. */
  private static final class Wire extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final BlockingQueue<List<Event>> received = new LinkedBlockingQueue<>();
    private final Semaphore permits = new Semaphore(0);

    @Override
    public void write(int b) {
      bytes.write(b);
    }

    @Override
    public void flush() throws IOException {
      List<Event> events = new ArrayList<>();
      for (String event : bytes.toString(UTF_8).split("\n\n", -1)) {
        String[] lines = event.split("\n", -1);
        if (lines.length == 2) {
          assertTrue(lines[0].startsWith("event: ") && lines[1].startsWith("data: "), event);
          events.add(
              new Event(lines[0].substring(7), Json.parse(lines[1].substring(6).getBytes(UTF_8))));
        }
      }
      bytes.reset();
      received.add(events);
      try {
        permits.acquire();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    List<Event> next() throws InterruptedException {
      return received.poll(20, TimeUnit.SECONDS);
    }
  }

  private Wire read(Duration keepAlive) {
    Wire wire = new Wire();
    FleetEvents events = new FleetEvents(changes, now::get, health::get, keepAlive);
    reader =
        new Thread(
            () -> {
              try {
                events.follow(wire);
              } catch (IOException | InterruptedException e) {
                // the reader has left
              }
            });
    reader.start();
    return wire;
  }

  private void change(FleetSnapshot snapshot) {
    now.set(snapshot);
    changes.roundEnded(ANY);
  }

  private static FleetSnapshot snapshot(Instant at, FleetAgent... agents) {
    Map<AgentRef, FleetAgent> byRef = new LinkedHashMap<>();
    for (FleetAgent agent : agents) {
      byRef.put(agent.line().agent(), agent);
    }
    return new FleetSnapshot(at, Map.of(), byRef, Map.of());
  }

  private static AgentLine line(String id, Status status, Instant heard) {
    return new AgentLine(
        new AgentRef(CELL, id),
        Optional.of("g"),
        status,
        3,
        "alive",
        Optional.of(Duration.ofNanos(heard.getEpochSecond())),
        Optional.of(heard),
        Optional.of("page 7"),
        Optional.empty());
  }

  private static FleetAgent agent(String id, Status status, Instant heard) {
    return new FleetAgent(line(id, status, heard), id, null, null, null);
  }

  private static Revival revival(RevivalStatus status, int attempt) {
    return new Revival(
        "rv-1",
        new AgentRef(CELL, "a"),
        Revival.Origin.DEATH,
        Optional.empty(),
        FailureCause.EXIT,
        "killed",
        NOON,
        Optional.empty(),
        status,
        attempt,
        4,
        Optional.empty(),
        Optional.empty(),
        NOON.plusSeconds(1),
        "");
  }

  @Test
  void newReaderGetsTheWholeFleetAndThenChanges() throws Exception {
    now.set(snapshot(NOON, agent("a", Status.HEALTHY, NOON), agent("b", Status.HEALTHY, NOON)));
    Wire wire = read(Duration.ofMinutes(1));
    List<Event> first = wire.next();
    assertEquals(List.of("fleet", "health"), first.stream().map(Event::name).toList());
    JsonNode fleet = first.get(0).data();
    assertTrue(fleet.path("full").booleanValue());
    assertEquals("healthy", fleet.at("/agents/0/status").asString());
    assertEquals("page 7", fleet.at("/agents/0/progress").asString());
    assertEquals(NOON.toString(), fleet.at("/agents/1/last_heartbeat").asString());
    assertTrue(first.get(1).data().has("now"));

    change(
        snapshot(
            NOON.plusSeconds(1),
            agent("a", Status.HEALTHY, NOON.plusSeconds(1)),
            agent("c", Status.HELD, NOON)));
    wire.permits.release();
    List<Event> second = wire.next();
    assertEquals(1, second.size(), second::toString);
    JsonNode change = second.get(0).data();
    assertFalse(change.has("full"));
    assertEquals(
        Json.object()
            .put("cell_id", CELL.toString())
            .put("agent_id", "a")
            .put("last_heartbeat", NOON.plusSeconds(1).toString()),
        change.at("/agents/0"));
    assertEquals("held", change.at("/agents/1/status").asString());
    assertEquals(2, change.path("agents").size());
    assertEquals("b", change.at("/agents_gone/0/1").asString());
  }

  @Test
  void slowReaderGetsOnlyTheLatestState() throws Exception {
    now.set(snapshot(NOON, agent("a", Status.HEALTHY, NOON)));
    Wire wire = read(Duration.ofMinutes(1));
    wire.next();
    for (int i = 1; i <= 1000; i++) {
      change(
          snapshot(
              NOON.plusSeconds(i),
              agent("a", i < 1000 ? Status.DEGRADED : Status.UNHEALTHY, NOON.plusSeconds(i))));
    }
    wire.permits.release();
    List<Event> events = wire.next();
    assertEquals(1, events.size(), events::toString);
    assertEquals("unhealthy", events.get(0).data().at("/agents/0/status").asString());
    assertEquals(1, events.get(0).data().path("agents").size());
  }

  @Test
  void readerGetsKeepAlivesAndHealthWithoutChanges() throws Exception {
    Wire wire = read(Duration.ofMillis(1));
    assertEquals(2, wire.next().size());
    wire.permits.release();
    assertEquals(List.of(), wire.next(), "a comment alone");
    health.set(Json.object().put("well", false));
    wire.permits.release();
    List<Event> events = wire.next();
    assertEquals(List.of("health"), events.stream().map(Event::name).toList());
    assertFalse(events.get(0).data().path("well").booleanValue());
  }

  @Test
  void revivalsAreSentWhenChangedAndWhenRemoved() throws Exception {
    Wire wire = read(Duration.ofMinutes(1));
    wire.next();
    Revival asking = revival(RevivalStatus.PENDING_APPROVAL, 0);
    change(new FleetSnapshot(NOON, Map.of(), Map.of(), Map.of("rv-1", asking)));
    wire.permits.release();
    Event events = wire.next().get(0);
    assertEquals("revival", events.name());
    assertEquals("pending_approval", events.data().path("status").asString());
    change(snapshot(NOON));
    wire.permits.release();
    assertEquals(Json.object().put("id", "rv-1").put("gone", true), wire.next().get(0).data());
  }

  @Test
  void laterEventsAreNewerThanTheLastRound() {
    AgentLine dead = line("a", Status.UNHEALTHY, NOON);
    assertEquals(
        Status.HEALTHY,
        new FleetAgent(dead, "a", null, null, revival(RevivalStatus.REVIVED, 1)).status());
    assertEquals(
        Status.REVIVING,
        new FleetAgent(dead, "a", null, null, revival(RevivalStatus.PENDING, 1)).status());
    ObjectNode asking =
        new FleetAgent(
                line("a", Status.HEALTHY, NOON),
                "a",
                null,
                null,
                revival(RevivalStatus.PENDING_APPROVAL, 0))
            .json();
    assertEquals("unhealthy", asking.path("status").asString());
    assertEquals("killed", asking.path("judgement").asString());
    assertEquals("rv-1", asking.at("/revival/id").asString());
    assertEquals(4, asking.path("incarnation").asLong());
    Restriction stopped =
        new Restriction(
            Restriction.Kind.STOPPED, Optional.empty(), NOON, Optional.empty(), "by a person");
    FleetAgent stoppedSince =
        new FleetAgent(line("a", Status.HEALTHY, NOON), "a", null, stopped, null);
    assertEquals(Status.STOPPED, stoppedSince.status());
    assertEquals("by a person", stoppedSince.json().at("/standing/reason").asString());
  }

  @Test
  void longTextIsCutBetweenCharacters() {
    String name = "x".repeat(298) + "\ud83d\ude00".repeat(10);
    assertEquals(
        "x".repeat(298) + "\u2026",
        FleetAgent.of(
                line("a", Status.HEALTHY, NOON),
                org.lazaruspit.cell.AgentSpec.of("a", name, org.lazaruspit.cell.Role.READ),
                List.of(),
                Optional.empty(),
                NOON)
            .name());
  }
}
