package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lazaruspit.heartbeat.HealthRegistry;

/** Has a time-out, since a reader may wait for events on a socket that ignores interrupts. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventsTest {

  private final List<AutoCloseable> opened = new ArrayList<>();

  private ServerFixture gateway(Consumer<HeartbeatHandler.Builder> settings) throws IOException {
    HealthRegistry registry = HealthRegistry.builder().listenerExecutor(Runnable::run).build();
    ServerFixture gateway = ServerFixture.open(registry, s -> s.handler(settings));
    opened.add(gateway);
    return gateway;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }

  /** Reader of events that reassembles events from chunks. */
  private final class Reader {
    private final RawClient client;
    private StringBuilder text = new StringBuilder();

    Reader(ServerFixture gateway, String lastId) throws IOException {
      this(RawClient.to(gateway.server()), lastId);
    }

    Reader(RawClient client, String lastId) throws IOException {
      this.client = client;
      opened.add(0, client);
      String resume = lastId.isEmpty() ? "" : "Last-Event-ID: " + lastId + "\r\n";
      client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n" + resume + "\r\n");
      assertEquals("HTTP/1.1 200 OK", client.line());
      Map<String, String> headers = new LinkedHashMap<>();
      for (String line = client.line(); !line.isEmpty(); line = client.line()) {
        headers.put(line.split(":", -1)[0], line.split(": ", -1)[1]);
      }
      assertEquals("text/event-stream", headers.get("Content-type"));
      assertEquals("retry: 2000", block());
    }

    /** Returns the lines up to the next empty line. */
    String block() throws IOException {
      while (text.indexOf("\n\n") < 0) {
        int size = Integer.parseInt(client.line(), 16);
        StringBuilder chunk = new StringBuilder();
        while (chunk.length() < size) {
          chunk.append(client.line()).append('\n');
        }
        text.append(chunk, 0, size);
        if (chunk.length() == size) {
          client.line();
        }
      }
      int end = text.indexOf("\n\n");
      String block = text.substring(0, end);
      text = new StringBuilder(text.substring(end + 2));
      return block;
    }

    Map<String, String> event() throws IOException {
      Map<String, String> fields = new LinkedHashMap<>();
      for (String line : block().split("\n", -1)) {
        fields.put(line.split(": ", 2)[0], line.split(": ", 2)[1]);
      }
      return fields;
    }

    Object eventField(String field) throws IOException {
      return String.valueOf(JsonTree.at(JsonTree.of(event().getOrDefault("data", "")), field));
    }
  }

  private static void fail(ServerFixture gateway, String id) {
    gateway.registry().register(id);
    gateway.registry().reportFailure(id, "broken");
  }

  @Test
  void changeOfHealthIsSentAtOnceWithAllFields() throws IOException {
    ServerFixture gateway = gateway(s -> {});
    Reader reader = new Reader(gateway, "");
    fail(gateway, "a");
    Map<String, String> event = reader.event();
    assertEquals(gateway.server().instance() + ".1", event.get("id"));
    assertEquals("health", event.get("event"));
    Object data = JsonTree.of(event.getOrDefault("data", ""));
    assertEquals("a", JsonTree.at(data, "agent_id"));
    assertEquals("healthy", JsonTree.at(data, "from"));
    assertEquals("degraded", JsonTree.at(data, "to"));
    assertEquals("reported", JsonTree.at(data, "cause"));
    assertTrue(JsonTree.at(data, "timestamp") instanceof Number);
    gateway.request("POST", "/heartbeat/a");
    assertEquals("healthy", reader.eventField("to"));
  }

  @Test
  void everyReaderGetsEveryEventInItsOrder() throws IOException {
    ServerFixture gateway = gateway(s -> {});
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      readers.add(new Reader(gateway, ""));
    }
    for (int i = 0; i < 50; i++) {
      fail(gateway, "a" + i);
    }
    for (Reader reader : readers) {
      for (int i = 0; i < 50; i++) {
        assertEquals("a" + i, reader.eventField("agent_id"));
      }
    }
  }

  @Test
  void returningReaderContinuesAfterItsLastEvent() throws IOException {
    ServerFixture gateway = gateway(s -> {});
    for (int i = 1; i <= 5; i++) {
      fail(gateway, "a" + i);
    }
    Reader reader = new Reader(gateway, gateway.server().instance() + ".3");
    assertEquals("a4", reader.eventField("agent_id"));
    assertEquals("a5", reader.eventField("agent_id"));
    fail(gateway, "a6");
    assertEquals("a6", reader.eventField("agent_id"));
  }

  @Test
  void readerWithATooOldLastEventGetsAGapEvent() throws IOException {
    ServerFixture gateway = gateway(s -> s.eventHistory(3));
    for (int i = 1; i <= 9; i++) {
      fail(gateway, "a" + i);
    }
    Reader back = new Reader(gateway, gateway.server().instance() + ".6");
    assertEquals("a7", back.eventField("agent_id"));
    Reader late = new Reader(gateway, gateway.server().instance() + ".5");
    Map<String, String> gap = late.event();
    assertEquals("gap", gap.get("event"));
    assertEquals("{\"instance\": \"" + gateway.server().instance() + "\"}", gap.get("data"));
    assertEquals("a7", late.eventField("agent_id"));
  }

  @Test
  void idOfAnotherInstanceOrAnInvalidIdIsAGap() throws IOException {
    ServerFixture gateway = gateway(s -> {});
    fail(gateway, "a1");
    for (String id :
        List.of(
            "other.1",
            "00000000-0000-0000-0000-000000000000.1",
            "1",
            ".",
            gateway.server().instance() + ".99",
            gateway.server().instance() + ".-1",
            gateway.server().instance() + ".x")) {
      Reader reader = new Reader(gateway, id);
      assertEquals("gap", reader.event().get("event"), id);
      assertEquals("a1", reader.eventField("agent_id"));
    }
  }

  @Test
  void newReaderGetsLaterEventsOnly() throws IOException {
    ServerFixture gateway = gateway(s -> {});
    fail(gateway, "before");
    Reader reader = new Reader(gateway, "");
    fail(gateway, "after");
    assertEquals("after", reader.eventField("agent_id"));
  }

  @Test
  void silenceIsFilledWithComments() throws IOException {
    ServerFixture gateway = gateway(s -> s.eventKeepAlive(Duration.ofMillis(20)));
    Reader reader = new Reader(gateway, "");
    assertEquals(": still here", reader.block());
    assertEquals(": still here", reader.block());
    fail(gateway, "a");
    String block = reader.block();
    while (block.startsWith(":")) {
      block = reader.block();
    }
    assertTrue(block.contains("event: health"), block);
  }

  @Test
  void surplusReaderIsRefusedWithRetryAfter() throws IOException {
    ServerFixture gateway = gateway(s -> s.eventReaders(2).eventKeepAlive(Duration.ofMillis(20)));
    Reader first = new Reader(gateway, "");
    new Reader(gateway, "");
    RawClient.Response response = gateway.request("GET", "/events");
    assertEquals(503, response.status());
    assertEquals("too-many-readers", response.problem());
    assertEquals("30", response.header("Retry-After"));
    assertEquals("application/problem+json", response.header("Content-Type"));
    first.client.close();
    // Its place is free after a failed write of a comment.
    awaitPlace(gateway);
  }

  private static void awaitPlace(ServerFixture gateway) throws IOException {
    String status = "";
    while (!status.equals("HTTP/1.1 200 OK")) {
      try (RawClient next = RawClient.to(gateway.server())) {
        status = next.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").line();
      }
    }
  }

  @Test
  void readerThatDoesNotReadIsDroppedAndBlocksNoOther() throws IOException {
    ServerFixture gateway = gateway(s -> s.eventHistory(100));
    Reader stalled = new Reader(RawClient.small(gateway.server()), "");
    Reader other = new Reader(gateway, "");
    gateway.registry().register("a");
    String error = "x".repeat(1_000);
    for (int i = 0; i < 10_000; i++) {
      gateway.registry().reportFailure("a", error);
      gateway.registry().heartbeat("a");
      assertEquals("degraded", other.eventField("to"));
      assertEquals("healthy", other.eventField("to"));
    }
    assertTrue(stalled.client.isCutOff());
  }

  @Test
  void readerThatNeverReadsLosesItsPlaceAlthoughItsEventsAreStored() throws IOException {
    Duration limit = Duration.ofMillis(300);
    ServerFixture gateway =
        gateway(s -> s.eventReaders(1).eventHistory(100_000).eventWriteLimit(limit));
    new Reader(RawClient.small(gateway.server()), "");
    gateway.registry().register("a");
    String error = "x".repeat(1_000);
    for (int i = 0; i < 10_000; i++) {
      gateway.registry().reportFailure("a", error);
      gateway.registry().heartbeat("a");
    }
    awaitPlace(gateway);
  }

  @Test
  void readersTakeNoPlaceFromOthers() throws IOException {
    HealthRegistry registry = HealthRegistry.create();
    ServerFixture gateway = ServerFixture.open(registry, s -> s.concurrency(1));
    opened.add(gateway);
    for (int i = 0; i < 5; i++) {
      new Reader(gateway, "");
    }
    assertEquals(200, gateway.request("POST", "/heartbeat/a").status());
  }

  @Test
  void closingTheServerEndsAllStreamsAndThreads() throws IOException {
    ServerFixture gateway = gateway(s -> {});
    Reader reader = new Reader(gateway, "");
    gateway.close();
    assertTrue(reader.client.isCutOff());
    assertEquals(List.of(), OurThreads.alive());
  }

  @Test
  void idsHaveAnotherPrefixAfterARestart() throws IOException {
    ServerFixture first = gateway(s -> {});
    ServerFixture second = ServerFixture.open(first.registry(), s -> s);
    opened.add(0, second);
    Reader one = new Reader(first, "");
    Reader two = new Reader(second, "");
    fail(first, "a");
    assertNotEquals(one.event().get("id"), two.event().get("id"));
  }
}
