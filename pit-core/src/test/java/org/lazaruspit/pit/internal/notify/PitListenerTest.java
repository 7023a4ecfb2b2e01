package org.lazaruspit.pit.internal.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.http.HeartbeatServer;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.FailureDetection;
import org.lazaruspit.pit.ForwardedHeartbeat;
import org.lazaruspit.pit.JournalWrite;
import org.lazaruspit.pit.LazarusPit;
import org.lazaruspit.pit.PitListener;
import org.lazaruspit.pit.PitReport;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.testkit.RealPitFixture;

/** Events for listeners, other than changes of revivals. */
final class PitListenerTest extends RealPitFixture {

  private final BlockingQueue<FailureDetection> detections = new LinkedBlockingQueue<>();
  private final BlockingQueue<JournalWrite> writes = new LinkedBlockingQueue<>();
  private final BlockingQueue<ForwardedHeartbeat> heartbeats = new LinkedBlockingQueue<>();
  private final BlockingQueue<Duration> rounds = new LinkedBlockingQueue<>();

  private final PitListener listener =
      new PitListener() {
        @Override
        public void roundEnded(PitReport report, Duration took) {
          rounds.add(took);
        }

        @Override
        public void failureDetected(FailureDetection detection) {
          detections.add(detection);
        }

        @Override
        public void journalWritten(JournalWrite write) {
          writes.add(write);
        }

        @Override
        public void heartbeatForwarded(ForwardedHeartbeat heartbeat) {
          heartbeats.add(heartbeat);
        }
      };

  @Test
  void aDeathIsReportedOnceWithItsTimeAndAllLinesAndHeartbeatsAreReported() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit(LazarusPit.builder(config("file", 3)).listener(listener))) {
      await(RevivalStatus.REVIVED);
      assertEquals(
          Optional.empty(),
          detections.remove().since(),
          "the time of the first absence is unknown");
      assertEquals(
          new ForwardedHeartbeat(AGENT, Optional.empty()), await(heartbeats, beat -> true));
      Instant before = Instant.now();
      kill(pidOfStart(0));
      await(RevivalStatus.REVIVED);
      FailureDetection death = detections.remove();
      assertEquals(AGENT, death.agent());
      assertEquals(1, death.incarnation());
      assertEquals(FailureCause.EXIT, death.cause());
      assertFalse(death.since().orElseThrow().isBefore(before));
      assertFalse(death.at().isBefore(death.since().orElseThrow()));
      awaitRounds(1);
      assertEquals(List.of(), List.copyOf(detections));
      assertTrue(rounds.stream().allMatch(took -> took.compareTo(Duration.ZERO) > 0));
    }
    List<String> journal = Files.readAllLines(cell.paths().journal());
    assertEquals(journal.size(), writes.stream().mapToInt(JournalWrite::lines).sum());
    assertTrue(writes.stream().allMatch(write -> write.failure().isEmpty()));
    assertTrue(writes.stream().allMatch(write -> write.cellId().equals(CELL)));
  }

  @Test
  void aSilenceIsReportedWithTheTimeOfTheLastHeartbeat() throws Exception {
    AtomicLong nanos = new AtomicLong();
    registry = HealthRegistry.builder().ticker(nanos::get).build();
    gateway.close();
    gateway = HeartbeatServer.builder(registry).port(0).start();
    addAgent();
    try (LazarusPit pit = startPit(LazarusPit.builder(config("run", 3)).listener(listener))) {
      await(RevivalStatus.REVIVED);
      detections.clear();
      signal("STOP", pidOfStart(0));
      // A heartbeat under way arrives before the time is moved.
      Instant delivered = awaitQuiet();
      nanos.addAndGet(Duration.ofHours(1).toNanos());
      registry.checkTimeouts();
      FailureDetection silence = await(detections, detection -> true);
      assertEquals(FailureCause.SILENCE, silence.cause());
      assertEquals(
          delivered.truncatedTo(ChronoUnit.MILLIS),
          silence.since().orElseThrow().truncatedTo(ChronoUnit.MILLIS));
      await(RevivalStatus.REVIVED);
    }
  }

  private Instant awaitQuiet() throws InterruptedException {
    while (true) {
      Instant before = registry.find("writer").orElseThrow().lastHeartbeat();
      awaitRounds(1);
      if (before.equals(registry.find("writer").orElseThrow().lastHeartbeat())) {
        return before;
      }
    }
  }

  @Test
  void aFailedWriteIsReportedAndTheDeathIsNot() throws Exception {
    addAgent();
    Path journal = cell.paths().journal();
    try (LazarusPit pit = startPit(LazarusPit.builder(config("run", 3)).listener(listener))) {
      await(RevivalStatus.REVIVED);
      detections.clear();
      Files.writeString(journal, "line of another program\n");
      kill(pidOfStart(0));
      JournalWrite failed = await(writes, write -> write.failure().isPresent());
      assertTrue(failed.failure().orElseThrow().contains("another program"), failed::toString);
      assertEquals(List.of(), List.copyOf(detections));
    }
  }

  @Test
  void aClockThatWasSetBackGivesNoNegativeDelay() {
    Instant now = Instant.parse("2026-01-31T09:30:00Z");
    Optional<Instant> since = Optional.of(now.plusSeconds(3600));
    assertEquals(
        Optional.of(Duration.ZERO),
        new FailureDetection(AGENT, 1, FailureCause.SILENCE, now, since).took());
    since = Optional.of(now.minusSeconds(3));
    assertEquals(
        Optional.of(Duration.ofSeconds(3)),
        new FailureDetection(AGENT, 1, FailureCause.SILENCE, now, since).took());
    assertEquals(
        Optional.empty(),
        new FailureDetection(AGENT, 1, FailureCause.EXIT, now, Optional.empty()).took());
  }

  @Test
  void aBlockedListenerGetsTheOldestEventsAndMissesTheNewest() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong delivered = new AtomicLong();
    PitListener slow =
        new PitListener() {
          @Override
          public void heartbeatForwarded(ForwardedHeartbeat heartbeat) {
            try {
              go.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            delivered.incrementAndGet();
          }
        };
    ForwardedHeartbeat beat = new ForwardedHeartbeat(new AgentRef(CELL, "a"), Optional.empty());
    try (ListenerQueue listeners = new ListenerQueue(List.of(slow), () -> {}, Thread::new)) {
      for (int i = 0; i < 10_500; i++) {
        listeners.heartbeatForwarded(beat);
      }
      go.countDown();
    }
    assertTrue(
        delivered.get() >= 10_000 && delivered.get() <= 10_001,
        () -> delivered + " were delivered");
  }
}
