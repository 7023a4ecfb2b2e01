package org.lazaruspit.pit.internal.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.probe.HeartbeatFile;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.ProbeTarget;

final class HeartbeatFileMonitorTest {

  private static final Instant NOW = Instant.parse("2026-01-31T09:30:00Z");
  private static final HeartbeatFileMonitor.Settings SETTINGS =
      new HeartbeatFileMonitor.Settings(() -> NOW, Duration.ofMinutes(5));

  private final List<String> events = new ArrayList<>();
  private boolean refusing;
  private final HeartbeatFileMonitor.Receiver receiver =
      new HeartbeatFileMonitor.Receiver() {
        @Override
        public void heartbeat(ProbeTarget target, String heartbeat) throws IOException {
          if (refusing) {
            throw new IOException("the gateway is away");
          }
          events.add("heartbeat of " + target.incarnation() + " " + heartbeat);
        }

        @Override
        public void expect(ProbeTarget target) {
          events.add("expect " + target.incarnation());
        }
      };
  private HeartbeatFileMonitor files = new HeartbeatFileMonitor(receiver, SETTINGS);

  @TempDir Path cell;
  private Path path;

  @BeforeEach
  void makeFolder() throws IOException {
    path = HeartbeatFile.path(cell, "writer");
    Files.createDirectories(path.getParent());
  }

  private ProbeTarget target(long incarnation) {
    return new ProbeTarget(
        new AgentRef(new UUID(1, 1), "writer"),
        "writer",
        incarnation,
        Optional.empty(),
        Optional.empty(),
        Optional.of(path));
  }

  private void beat(String text, Instant at) throws IOException {
    Files.writeString(path, text);
    Files.setLastModifiedTime(path, FileTime.from(at));
  }

  /** Polls, and returns the new events. */
  private List<String> poll(long incarnation) throws InterruptedException {
    files.forward(target(incarnation));
    List<String> news = List.copyOf(events);
    events.clear();
    return news;
  }

  @Test
  void eachTouchIsOneHeartbeat() throws Exception {
    assertEquals(List.of(), poll(1));
    beat("", NOW);
    assertEquals(List.of("heartbeat of 1 "), poll(1));
    assertEquals(List.of(), poll(1));
    Files.setLastModifiedTime(path, FileTime.from(NOW.plusMillis(1)));
    assertEquals(List.of("heartbeat of 1 "), poll(1));
  }

  @Test
  void aNewFileUnderTheOldTimeIsAHeartbeatToo() throws Exception {
    beat("{}", NOW);
    poll(1);
    Path prepared = Files.writeString(path.resolveSibling("prepared"), "{}");
    Files.setLastModifiedTime(prepared, FileTime.from(NOW));
    Files.move(prepared, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertEquals(List.of("heartbeat of 1 {}"), poll(1));
  }

  @Test
  void aFileOfAnEarlierIncarnationDoesNotCountButTheNextIsExpectedToBeat() throws Exception {
    beat("", NOW);
    poll(1);
    files.begin(target(2));
    assertEquals(List.of("expect 2"), poll(2));
    beat("", NOW);
    assertEquals(List.of("heartbeat of 2 "), poll(2));
  }

  @Test
  void anAgentThatNeverBeatByAFileIsNotExpectedTo() throws Exception {
    files.begin(target(2));
    assertEquals(List.of(), poll(2));
  }

  @Test
  void aFileThatCouldNotBeMovedDoesNotCount() throws Exception {
    Files.createDirectories(path.resolveSibling("heartbeat.previous").resolve("inner"));
    beat("", NOW);
    files.begin(target(2));
    assertEquals(List.of("expect 2"), poll(2));
    beat("", NOW.plusMillis(1));
    assertEquals(List.of("heartbeat of 2 "), poll(2));
  }

  @Test
  void aCallerWithTheOldIncarnationForwardsNothing() throws Exception {
    files.begin(target(2));
    beat("", NOW);
    assertEquals(List.of(), poll(1));
    assertEquals(List.of("heartbeat of 2 "), poll(2));
  }

  @Test
  void afterARestartOfThePitARecentFileIsAHeartbeatAndAnOldFileIsNot() throws Exception {
    beat("", NOW.minusSeconds(299));
    assertEquals(List.of("heartbeat of 1 "), poll(1));
    files = new HeartbeatFileMonitor(receiver, SETTINGS);
    beat("", NOW.minusSeconds(301));
    assertEquals(List.of("expect 1"), poll(1));
    assertEquals(List.of(), poll(1));
  }

  @Test
  void afterARestartOfThePitAnAgentThatBeatInAnEarlierIncarnationIsStillExpectedTo()
      throws Exception {
    Files.createFile(path.resolveSibling("heartbeat.previous"));
    assertEquals(List.of("expect 1"), poll(1));
    assertEquals(List.of(), poll(1));
  }

  @Test
  void aTimeInTheFutureDoesNotCountButItsChangeDoes() throws Exception {
    beat("", NOW.plusSeconds(3600));
    assertEquals(List.of("expect 1"), poll(1));
    assertEquals(List.of(), poll(1));
    beat("", NOW.plusSeconds(3601));
    assertEquals(List.of("heartbeat of 1 "), poll(1));
  }

  @Test
  void aHeartbeatOfAnotherIncarnationDoesNotCount() throws Exception {
    beat("{\"incarnation\": 1}", NOW);
    assertEquals(List.of(), poll(2));
    beat("{\"incarnation\": 2}", NOW.plusMillis(1));
    assertEquals(List.of("heartbeat of 2 {\"incarnation\": 2}"), poll(2));
  }

  @Test
  void anIncompleteHeartbeatCountsWithoutItsContent() throws Exception {
    beat("{\"incarnation\": 1", NOW);
    assertEquals(List.of("heartbeat of 2 "), poll(2));
  }

  @Test
  void aRefusedHeartbeatIsForwardedAgain() throws Exception {
    refusing = true;
    beat("", NOW);
    assertEquals(List.of(), poll(1));
    refusing = false;
    assertEquals(List.of("heartbeat of 1 "), poll(1));
  }

  @Test
  void anUnpreparedIncarnationBeginsWithAFirstRead() throws Exception {
    beat("", NOW);
    assertEquals(List.of("heartbeat of 1 "), poll(1));
    assertEquals(List.of("heartbeat of 2 "), poll(2));
    beat("", NOW.minusSeconds(301));
    assertEquals(List.of("expect 3"), poll(3));
  }

  @Test
  void anAgentThatIsNoLongerWatchedIsForgotten() throws Exception {
    beat("", NOW);
    files.watch(List.of(target(1)));
    files.poll(Runnable::run);
    files.watch(List.of());
    files.watch(List.of(target(1)));
    files.poll(Runnable::run);
    assertEquals(List.of("heartbeat of 1 ", "heartbeat of 1 "), events);
  }

  @Test
  void withoutAThreadTheNextPollTriesAgain() throws Exception {
    beat("", NOW);
    Executor exhausted =
        task -> {
          throw new OutOfMemoryError("no thread");
        };
    Executor broken =
        task -> {
          throw new IllegalStateException("broken");
        };
    for (Executor executor : List.of(exhausted, broken)) {
      files.watch(List.of(target(1)));
      files.poll(executor);
    }
    files.watch(List.of(target(1)));
    files.poll(Runnable::run);
    assertEquals(List.of("heartbeat of 1 "), events);
  }

  @Test
  void knownFilesAreReadAtEachPollAndNewFilesOnceARound() throws Exception {
    files.watch(List.of(target(1)));
    files.poll(Runnable::run);
    beat("", NOW);
    files.poll(Runnable::run);
    assertEquals(List.of(), events);
    files.watch(List.of(target(1)));
    files.poll(Runnable::run);
    assertEquals(List.of("heartbeat of 1 "), events);
    beat("", NOW.plusMillis(1));
    files.poll(Runnable::run);
    assertEquals(2, events.size());
    files.watch(List.of());
    beat("", NOW.plusMillis(2));
    files.poll(Runnable::run);
    assertEquals(2, events.size());
  }
}
