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

/** Notifications of systemd, by a helper that records its arguments. */
@Timeout(60)
final class SystemdTest {

  private static final String ME = Long.toString(ProcessHandle.current().pid());

  @TempDir Path folder;
  private Path sent;
  private List<String> helper;

  @BeforeEach
  void makeHelper() {
    sent = folder.resolve("sent");
    helper = List.of("sh", "-c", "echo \"$*\" >\"$0\"", sent.toString());
  }

  private Systemd systemd(Map<String, String> environment) {
    return new Systemd(environment, helper);
  }

  @Test
  void daemonNotStartedBySystemdSendsNothing() throws Exception {
    try (Systemd systemd = systemd(Map.of("WATCHDOG_USEC", "1000", "WATCHDOG_PID", ME))) {
      systemd.ready("works", () -> true);
    }
    assertFalse(Files.exists(sent));
  }

  @Test
  void watchdogIsNotifiedWhileTheLoopRuns() throws Exception {
    AtomicBoolean well = new AtomicBoolean(true);
    AtomicInteger successes = new AtomicInteger();
    CountDownLatch failedChecks = new CountDownLatch(3);
    Map<String, String> environment =
        Map.of("NOTIFY_SOCKET", "/run/x", "WATCHDOG_USEC", "20000", "WATCHDOG_PID", ME);
    assertEquals(0, new ProcessBuilder("mkfifo", sent.toString()).start().waitFor());
    // Opened for both directions, so that no side blocks.
    try (RandomAccessFile pipe = new RandomAccessFile(sent.toFile(), "rw");
        Systemd systemd = systemd(environment)) {
      systemd.ready(
          "works",
          () -> {
            boolean now = well.get();
            if (now) {
              successes.incrementAndGet();
            } else {
              failedChecks.countDown();
            }
            return now;
          });
      assertEquals("READY=1 STATUS=works", pipe.readLine());
      assertEquals("WATCHDOG=1", pipe.readLine());
      well.set(false);
      failedChecks.await(); // notifications of earlier checks are in the pipe by now
      pipe.writeBytes("that was all\n");
      int notifications = 1;
      String next = pipe.readLine();
      while (next.equals("WATCHDOG=1")) {
        notifications++;
        next = pipe.readLine();
      }
      assertEquals("that was all", next);
      assertEquals(successes.get(), notifications, "one notification per successful check");
      well.set(true);
      assertEquals("WATCHDOG=1", pipe.readLine(), "notifications continue after the delay");
    }
  }

  @Test
  void watchdogOfAnotherProcessIsNotNotified() throws Exception {
    Map<String, String> environment =
        Map.of("NOTIFY_SOCKET", "/run/x", "WATCHDOG_USEC", "2000", "WATCHDOG_PID", "1");
    try (Systemd systemd = systemd(environment)) {
      systemd.ready("works", () -> true);
    }
    assertEquals(List.of("READY=1 STATUS=works"), Files.readAllLines(sent));
  }

  @Test
  void missingHelperStopsNothing() throws Exception {
    Map<String, String> environment = Map.of("NOTIFY_SOCKET", "/run/x");
    try (Systemd systemd = new Systemd(environment, List.of("no-such-program"))) {
      systemd.ready("works", () -> true);
    }
  }
}
