package org.lazaruspit.pit.internal.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;

@Timeout(60)
final class GatewayPollerTest {

  private static final Optional<String> ANSWERED = Optional.of("answered");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HealthRegistry own = HealthRegistry.create();
  private final Semaphore news = new Semaphore(0);
  private final SlowProbe probe = new SlowProbe();
  private final EmbeddedRegistries embedded = new EmbeddedRegistries(Map.of(), null, Set.of());
  private final GatewayPoller poller =
      new GatewayPoller(
          new ProbeRouter(
              probe,
              embedded,
              new FallbackHealthRegistry(own),
              new GatewayKeys(
                  PitConfig.parse(Path.of("/nowhere/config.json"), "{}"), embedded, true),
              new HeartbeatFileMonitor.Settings(InstantSource.system(), Duration.ofSeconds(1)),
              beat -> {},
              false),
          threads,
          news::release);
  private final ProbeTarget slow = target("slow");
  private final ProbeTarget fast = target("fast");

  GatewayPollerTest() throws IOException {}

  /** Probe whose gateway "slow" responds when the test permits it. */
  private static final class SlowProbe implements HealthProbe {

    private final CountDownLatch slowMayAnswer = new CountDownLatch(1);
    private final List<List<ProbeTarget>> questions = new ArrayList<>();

    @Override
    public String name() {
      return "slow";
    }

    @Override
    public List<ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException {
      synchronized (questions) {
        questions.add(targets);
      }
      if (targets.get(0).gatewayName().filter("slow"::equals).isPresent()) {
        slowMayAnswer.await();
      }
      return targets.stream()
          .map(target -> ProbeResult.of(target, Verdict.HEALTHY, "answered", Duration.ZERO))
          .toList();
    }

    int probes() {
      synchronized (questions) {
        return questions.size();
      }
    }
  }

  private static ProbeTarget target(String gateway) {
    return new ProbeTarget(
        new AgentRef(new UUID(1, 1), "of-" + gateway),
        "key",
        1,
        Optional.of(new GatewayAddress(gateway, URI.create("http://" + gateway), null)));
  }

  private Optional<String> result(ProbeTarget about, ProbeTarget... all)
      throws InterruptedException {
    return Optional.ofNullable(poller.probe(List.of(all)).get(about.agent()))
        .map(ProbeResult::detail);
  }

  @AfterEach
  void end() throws InterruptedException {
    threads.shutdownNow();
    own.close();
    assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
  }

  @Test
  void aSlowGatewayDelaysNoOther() throws InterruptedException {
    assertEquals(ANSWERED, result(fast, slow, fast));
    assertEquals(Optional.empty(), result(slow, slow, fast));
    assertEquals(3, probe.probes(), "no second probe while one is pending");
  }

  @Test
  void aLateResponseTriggersARoundAndIsItsResult() throws InterruptedException {
    result(slow, slow, fast);
    probe.slowMayAnswer.countDown();
    assertTrue(news.tryAcquire(30, TimeUnit.SECONDS));
    assertEquals(ANSWERED, result(slow, slow));
    assertEquals(2, probe.probes(), "the response is new");
    assertEquals(ANSWERED, result(slow, slow));
    assertEquals(3, probe.probes());
  }

  @Test
  void aTimelyResponseTriggersNoRound() throws InterruptedException {
    assertEquals(ANSWERED, result(fast, fast));
    assertEquals(0, news.availablePermits());
  }

  @Test
  void aLateResponseForAnOlderIncarnationIsNotUsedForTheNewerOne() throws InterruptedException {
    result(slow, slow);
    ProbeTarget newer = new ProbeTarget(slow.agent(), slow.key(), 2, slow.gateway());
    assertEquals(Optional.empty(), result(newer, newer));
    probe.slowMayAnswer.countDown();
    assertTrue(news.tryAcquire(30, TimeUnit.SECONDS));
    assertEquals(ANSWERED, result(newer, newer));
    assertEquals(2, probe.probes());
  }

  @Test
  void eachGatewayIsProbedOnceForAllOfItsAgents() throws InterruptedException {
    ProbeTarget other = new ProbeTarget(new AgentRef(new UUID(1, 2), "b"), "b", 1, fast.gateway());
    result(other, fast, other);
    assertEquals(1, probe.probes());
  }
}
