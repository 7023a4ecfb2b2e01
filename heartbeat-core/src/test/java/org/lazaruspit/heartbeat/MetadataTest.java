package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MetadataTest {
  private final FakeTime time = new FakeTime();
  private final HealthRegistry registry = registry(16 * 1024);

  private HealthRegistry registry(int maxBytes) {
    return HealthRegistry.builder().ticker(time).clock(time).maxMetadataBytes(maxBytes).build();
  }

  private static Heartbeat beat(String key, @Nullable Object value) {
    return Heartbeat.builder().metadata(key, value).build();
  }

  private static String refused(HeartbeatOutcome outcome) {
    return assertInstanceOf(HeartbeatOutcome.MetadataRefused.class, outcome).reason();
  }

  private Map<String, Object> metadata() {
    return registry.find("a").orElseThrow().metadata();
  }

  @Test
  void heartbeatMergesMetadataAndNullDeletesAKey() {
    registry.heartbeat(
        "a", Heartbeat.builder().metadata(Map.of("x", 1, "y", List.of("z"))).build());
    registry.heartbeat("a", beat("x", null));
    registry.heartbeat("a", beat("w", Map.of("deep", true)));
    assertEquals(Map.of("y", List.of("z"), "w", Map.of("deep", true)), metadata());
  }

  @Test
  void metadataPastItsBoundIsRefusedButTheSignOfLifeCounts() {
    registry.heartbeat("a", beat("x", 1));
    registry.reportFailure("a", "down");
    HeartbeatOutcome outcome = registry.heartbeat("a", beat("big", "x".repeat(16 * 1024)));
    assertTrue(refused(outcome).contains("16384"));
    assertEquals(Map.of("x", 1), metadata());
    assertEquals(HealthStatus.HEALTHY, registry.find("a").orElseThrow().status());
  }

  @Test
  void boundAppliesToTheMergedMetadata() {
    HealthRegistry tight = registry("{\"k\":\"0123456789\"}".length());
    assertInstanceOf(
        HeartbeatOutcome.Accepted.class, tight.heartbeat("a", beat("k", "0123456789")));
    refused(tight.heartbeat("a", beat("l", 1)));
    refused(tight.heartbeat("a", beat("k", "01234567890")));
    assertInstanceOf(HeartbeatOutcome.Accepted.class, tight.heartbeat("a", beat("k", null)));
    assertInstanceOf(HeartbeatOutcome.Accepted.class, tight.heartbeat("a", beat("l", "é€")));
  }

  @Test
  void valuesThatJsonCannotExpressAreRefused() {
    for (Object bad :
        List.of(
            new Object(),
            Double.NaN,
            Float.NEGATIVE_INFINITY,
            'c',
            Map.of(1, 2),
            List.of(new int[0]))) {
      refused(registry.heartbeat("a", beat("x", bad)));
    }
    assertEquals(Map.of(), metadata());
  }

  @Test
  void metadataThatContainsItselfIsRefused() {
    List<Object> loop = new ArrayList<>();
    loop.add(loop);
    assertTrue(refused(registry.heartbeat("a", beat("loop", loop))).contains("deep"));
  }

  @Test
  void laterChangesOfTheGivenValuesHaveNoEffect() {
    List<Object> list = new ArrayList<>(List.of("before"));
    AtomicLong number = new AtomicLong(1);
    Map<String, Object> map = new HashMap<>(Map.of("list", list, "number", number));
    registry.heartbeat("a", Heartbeat.builder().metadata(map).build());
    list.add("after");
    number.set(2);
    map.clear();
    assertEquals(Map.of("list", List.of("before"), "number", BigDecimal.ONE), metadata());
    assertThrows(UnsupportedOperationException.class, () -> metadata().clear());
  }

  @Test
  void registrationWithRefusedMetadataChangesNothing() {
    Map<String, Object> big = Map.of("big", "x".repeat(20_000));
    refused(registry.tryRegister("a", big, 0));
    assertThrows(IllegalArgumentException.class, () -> registry.register("a", big, 0));
    assertEquals(0, registry.size());
    registry.register("a", Map.of("x", 1), 1);
    refused(registry.tryRegister("a", big, 2));
    assertEquals(1, registry.find("a").orElseThrow().incarnation());
    assertEquals(Map.of("x", 1), metadata());
  }
}
