package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;
import org.lazaruspit.heartbeat.Heartbeat;

class FleetClientTest {

  @Test
  void eachAgentGetsItsOwnResult() throws IOException {
    try (ServerFixture gateway = ServerFixture.open();
        FleetClient client = FleetClient.builder(gateway.server().uri()).build()) {
      gateway.registry().register("zombie", Map.of(), 9);
      Map<String, Heartbeat> beats = new LinkedHashMap<>();
      beats.put("a", Heartbeat.builder().progress("x").build());
      beats.put("zombie", Heartbeat.builder().incarnation(8).build());
      beats.put("no id", Heartbeat.EMPTY);
      beats.put("big", Heartbeat.builder().metadata("k", "x".repeat(20_000)).build());
      Map<String, BeatResult> results = client.beat(beats);
      assertEquals(beats.keySet(), results.keySet());
      assertEquals(new BeatResult.Accepted(Duration.ofSeconds(30), null), results.get("a"));
      assertTrue(assertInstanceOf(BeatResult.Refused.class, results.get("zombie")).isFenced());
      assertEquals(
          Problem.BAD_AGENT_ID,
          assertInstanceOf(BeatResult.Refused.class, results.get("no id")).problem().type());
      assertTrue(
          assertInstanceOf(BeatResult.Accepted.class, results.get("big")).metadataRefused()
              != null);
    }
  }

  @Test
  void manyHeartbeatsAreSplitIntoRequests() throws IOException {
    try (ServerFixture gateway = ServerFixture.open();
        FleetClient client = FleetClient.builder(gateway.server().uri()).build()) {
      Map<String, Heartbeat> beats = new LinkedHashMap<>();
      for (int i = 0; i < 2_500; i++) {
        beats.put("agent-" + i, Heartbeat.EMPTY);
      }
      for (int i = 0; i < 300; i++) {
        beats.put("big-" + i, Heartbeat.builder().metadata("k", "x".repeat(16_000)).build());
      }
      Map<String, BeatResult> results = client.beat(beats);
      assertEquals(2_800, results.size());
      assertEquals(
          Set.of(new BeatResult.Accepted(Duration.ofSeconds(30), null)),
          Set.copyOf(results.values()));
      assertEquals(2_800, gateway.registry().size());
    }
  }

  @Test
  void unreachableGatewayIsReportedForAllAgents() {
    try (FleetClient client = FleetClient.builder(URI.create("http://127.0.0.1:1")).build()) {
      Map<String, BeatResult> results =
          client.beat(Map.of("a", Heartbeat.EMPTY, "b", Heartbeat.EMPTY));
      assertEquals(Set.of("a", "b"), results.keySet());
      results.values().forEach(result -> assertInstanceOf(BeatResult.Unreachable.class, result));
    }
  }

  @Test
  void wrongTokenIsReportedForAllAgents() throws IOException {
    try (ServerFixture gateway = ServerFixture.open(s -> s.token("right"));
        FleetClient client = FleetClient.builder(gateway.server().uri()).token("wrong").build();
        FleetClient right = FleetClient.builder(gateway.server().uri()).token("right").build()) {
      BeatResult result = client.beat(Map.of("a", Heartbeat.EMPTY)).get("a");
      assertEquals(401, assertInstanceOf(BeatResult.Refused.class, result).problem().status());
      assertInstanceOf(
          BeatResult.Accepted.class, right.beat(Map.of("a", Heartbeat.EMPTY)).get("a"));
    }
  }

  @Test
  void periodicSenderDropsFencedAgentsAndKeepsOthers() throws Exception {
    HealthRules rules =
        HealthRules.builder()
            .timeout(Duration.ofSeconds(5))
            .heartbeatInterval(Duration.ofMillis(60))
            .build();
    BlockingQueue<String> sent = new LinkedBlockingQueue<>();
    BlockingQueue<String> fenced = new LinkedBlockingQueue<>();
    try (ServerFixture gateway =
        ServerFixture.open(HealthRegistry.builder().rules(rules).build(), s -> s)) {
      gateway.registry().register("zombie", Map.of(), 9);
      try (FleetClient client =
          FleetClient.builder(gateway.server().uri())
              .onResult((id, result) -> sent.add(id))
              .onFenced((id, problem) -> fenced.add(id))
              .build()) {
        client.add("zombie", () -> Heartbeat.EMPTY);
        client.add("broken", () -> Heartbeat.builder().incarnation(-1).build());
        client.add("a", () -> Heartbeat.EMPTY);
        client.start();
        assertEquals("zombie", fenced.poll(20, TimeUnit.SECONDS));
        sent.clear();
        for (int i = 0; i < 5; i++) {
          assertEquals("a", sent.poll(20, TimeUnit.SECONDS));
        }
        client.remove("a");
        client.add("b", () -> Heartbeat.EMPTY);
        String next = sent.poll(20, TimeUnit.SECONDS);
        while ("a".equals(next)) {
          next = sent.poll(20, TimeUnit.SECONDS);
        }
        assertEquals("b", next);
      }
    }
    assertEquals(List.of(), OurThreads.alive());
  }
}
