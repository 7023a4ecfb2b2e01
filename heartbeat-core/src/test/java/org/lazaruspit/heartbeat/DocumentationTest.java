package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the examples of the Javadoc. */
class DocumentationTest {
  @Test
  void registryIsStartedUsedAndClosed() {
    List<HealthEvent> seen = new ArrayList<>();
    try (HealthRegistry registry = HealthRegistry.create()) {
      registry.addListener("log", event -> seen.add(event));
      registry.start();
      registry.heartbeat("writer-1");
      assertEquals(1, registry.snapshot().healthy());
    }
    assertEquals(List.of(), seen);
  }

  @Test
  void rulesAreBuilt() {
    HealthRules rules =
        HealthRules.builder().timeout(Duration.ofMinutes(2)).recoverAfter(3).build();
    assertEquals(3, rules.recoverAfter());
  }

  @Test
  void heartbeatCarriesFurtherData() {
    HealthRegistry registry = HealthRegistry.create();
    Heartbeat beat =
        Heartbeat.builder().incarnation(3).progress("step 12").metadata("model", "large").build();
    registry.heartbeat("writer-1", beat);
    AgentHealth writer = registry.find("writer-1").orElseThrow();
    assertEquals("step 12", writer.progress());
    assertEquals("large", writer.metadata().get("model"));
    assertEquals(3, writer.incarnation());
  }
}
