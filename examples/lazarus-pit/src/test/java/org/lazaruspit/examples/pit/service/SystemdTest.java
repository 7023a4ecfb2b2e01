package org.lazaruspit.examples.pit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What systemd is told, by a helper that writes down how it is called. */
@Timeout(60)
final class SystemdTest {

  private static final String ME = Long.toString(ProcessHandle.current().pid());

  @TempDir Path folder;
  private Path told;
  private List<String> helper;

  @BeforeEach
  void makeHelper() {
    told = folder.resolve("told");
    helper = List.of("sh", "-c", "echo \"$*\" >\"$0\"", told.toString());
  }

  private Systemd systemd(Map<String, String> environment) {
    return new Systemd(environment, helper);
  }

  @Test
  void aDaemonThatSystemdDidNotStartTellsNothing() throws Exception {
    try (Systemd systemd = systemd(Map.of("WATCHDOG_USEC", "1000", "WATCHDOG_PID", ME))) {
      systemd.ready("works", () -> true);
    }
    assertFalse(Files.exists(told));
  }

  @Test
  void itBeatsAsLongAsTheLoopRunsAndNoLonger() throws Exception {
    AtomicBoolean well = new AtomicBoolean(true);
    AtomicInteger yes = new AtomicInteger();
    CountDownLatch askedInVain = new CountDownLatch(3);
    Map<String, String> environment =
        Map.of("NOTIFY_SOCKET", "/run/x", "WATCHDOG_USEC", "20000", "WATCHDOG_PID", ME);
    assertEquals(0, new ProcessBuilder("mkfifo", told.toString()).start().waitFor());
    // Open for both, so that nobody waits for the other side.
    try (RandomAccessFile pipe = new RandomAccessFile(told.toFile(), "rw");
        Systemd systemd = systemd(environment)) {
      systemd.ready(
          "works",
          () -> {
            boolean now = well.get();
            if (now) {
              yes.incrementAndGet();
            } else {
              askedInVain.countDown();
            }
            return now;
          });
      assertEquals("READY=1 STATUS=works", pipe.readLine());
      assertEquals("WATCHDOG=1", pipe.readLine());
      well.set(false);
      askedInVain.await(); // by now whatever it would have told of the first two is in the pipe
      pipe.writeBytes("that was all\n");
      int beats = 1;
      String next = pipe.readLine();
      while (next.equals("WATCHDOG=1")) {
        beats++;
        next = pipe.readLine();
      }
      assertEquals("that was all", next);
      assertEquals(yes.get(), beats, "one for each time that it was well, and no other");
      well.set(true);
      assertEquals("WATCHDOG=1", pipe.readLine(), "it goes on once it is on time again");
    }
  }

  @Test
  void aWatchdogThatIsMeantForAnotherProcessIsNotFed() throws Exception {
    Map<String, String> environment =
        Map.of("NOTIFY_SOCKET", "/run/x", "WATCHDOG_USEC", "2000", "WATCHDOG_PID", "1");
    try (Systemd systemd = systemd(environment)) {
      systemd.ready("works", () -> true);
    }
    assertEquals(List.of("READY=1 STATUS=works"), Files.readAllLines(told));
  }

  @Test
  void aHelperThatIsNotThereStopsNothing() throws Exception {
    Map<String, String> environment = Map.of("NOTIFY_SOCKET", "/run/x");
    try (Systemd systemd = new Systemd(environment, List.of("no-such-program"))) {
      systemd.ready("works", () -> true);
    }
  }
}
