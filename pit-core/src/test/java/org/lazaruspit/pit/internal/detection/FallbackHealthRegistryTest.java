package org.lazaruspit.pit.internal.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.internal.detection.Judge.Judgement;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.ProbeTarget;

final class FallbackHealthRegistryTest {

  private static final Judgement.Unregistered LOST =
      new Judgement.Unregistered("gateway g does not know it");

  private long now;
  private final HealthRegistry registry =
      HealthRegistry.builder()
          .ticker(() -> now)
          .rules(HealthRules.builder().timeout(Duration.ofMinutes(5)).build())
          .build();
  private final FallbackHealthRegistry fallback = new FallbackHealthRegistry(registry);

  @AfterEach
  void close() {
    fallback.close();
  }

  private static ProbeTarget target(String id, long incarnation) {
    return new ProbeTarget(new AgentRef(new UUID(1, 1), id), id, incarnation, Optional.empty());
  }

  private void pass(long seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
    registry.checkTimeouts();
  }

  @Test
  void theTimeoutIsThatOfTheConfiguration() throws Exception {
    PitConfig config = PitConfig.parse(Path.of("config.json"), "{\"timeout\": 7}");
    try (HealthRegistry own = FallbackHealthRegistry.registry(config)) {
      assertEquals(Duration.ofSeconds(7), own.rules().timeout());
      assertEquals(3, own.rules().unhealthyAfter());
    }
  }

  @Test
  void anAgentUnknownForThreeTimeoutsIsDeadOfSilence() {
    assertSame(LOST, fallback.judge(target("a", 1), LOST));
    pass(301);
    Judgement degraded = fallback.judge(target("a", 1), LOST);
    assertEquals(
        new Judgement.Unregistered("gateway g does not know it, silent for 301 s"), degraded);
    pass(598);
    assertInstanceOf(Judgement.Unregistered.class, fallback.judge(target("a", 1), LOST));
    pass(1);
    assertEquals(
        new Judgement.Dead(FailureCause.SILENCE, "gateway g does not know it, silent for 900 s"),
        fallback.judge(target("a", 1), LOST));
  }

  @Test
  void silenceCountsAnewAfterAVerdictOfTheGateway() {
    fallback.judge(target("a", 1), LOST);
    pass(899);
    fallback.forget(target("a", 1));
    fallback.judge(target("a", 1), LOST);
    pass(2);
    assertSame(LOST, fallback.judge(target("a", 1), LOST));
  }

  @Test
  void aNewIncarnationIsNotHeldToTheSilenceOfTheOldOne() {
    fallback.judge(target("a", 1), LOST);
    pass(901);
    assertSame(LOST, fallback.judge(target("a", 2), LOST));
  }

  @Test
  void massSilenceIsHeld() {
    for (int i = 0; i < 10; i++) {
      fallback.judge(target("a" + i, 1), LOST);
    }
    pass(301);
    Judgement.Held held =
        assertInstanceOf(Judgement.Held.class, fallback.judge(target("a3", 1), LOST));
    assertEquals(FailureCause.MASS, held.cause());
  }

  @Test
  void eventsTriggerARound() throws Exception {
    CountDownLatch news = new CountDownLatch(1);
    fallback.start(news::countDown);
    fallback.judge(target("a", 1), LOST);
    registry.forEach(agent -> registry.reportFailure(agent.agentId(), "stumbled"));
    assertTrue(news.await(60, TimeUnit.SECONDS));
  }

  @Test
  void aRemovedAgentWithHeartbeatsIsForgotten() throws Exception {
    fallback.heartbeat(target("a", 1), "");
    assertEquals(1, registry.size());
    fallback.retain(Set.of());
    assertEquals(0, registry.size());
  }

  @Test
  void aRemovedAgentIsForgotten() {
    fallback.judge(target("a", 1), LOST);
    fallback.judge(target("b", 1), LOST);
    fallback.retain(Set.of(target("b", 1).agent()));
    assertEquals(Optional.empty(), fallback.find(target("a", 1)));
    assertEquals(1, registry.size());
  }
}
