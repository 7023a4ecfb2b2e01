package org.lazaruspit.examples.pit.service;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies systemd that the daemon is ready and, periodically, that its loop runs: sd_notify(3).
 * Java has no datagram sockets for local addresses, so {@code systemd-notify} sends the messages;
 * the unit needs {@code NotifyAccess=all}. Does nothing if systemd did not start the daemon.
 * Thread-safe.
 */
final class Systemd implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Systemd.class);
  private static final long TIMEOUT_SECONDS = 10;

  private final List<String> notify;
  private final boolean wanted;
  private final Optional<Duration> watchdog;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean failureLogged;
  private @Nullable Thread watchdogThread;

  /**
   * Creates a notifier for a process with this environment.
   *
   * @param notify the command of the helper
   */
  Systemd(Map<String, String> environment, List<String> notify) {
    this.notify = List.copyOf(notify);
    this.wanted = environment.containsKey("NOTIFY_SOCKET");
    this.watchdog = wanted ? watchdog(environment) : Optional.empty();
  }

  /** Returns a notifier for this process. */
  static Systemd ofThisProcess() {
    return new Systemd(System.getenv(), List.of("systemd-notify"));
  }

  /** Returns the interval of the watchdog; empty if it watches another process. */
  private static Optional<Duration> watchdog(Map<String, String> environment) {
    String pid = environment.get("WATCHDOG_PID");
    if (pid != null && !pid.equals(Long.toString(ProcessHandle.current().pid()))) {
      return Optional.empty();
    }
    try {
      long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
      return micros > 0 ? Optional.of(Duration.ofNanos(micros * 1000)) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * Reports the daemon as ready, and from now on as alive while it is well.
   *
   * @param status a line for {@code systemctl status}
   */
  void ready(String status, BooleanSupplier well) throws InterruptedException {
    if (!wanted) {
      return;
    }
    send("READY=1", "STATUS=" + status);
    if (watchdog.isPresent()) {
      Thread thread = new Thread(() -> notifyWatchdog(watchdog.get(), well), "pit-systemd");
      thread.setDaemon(true);
      thread.start();
      watchdogThread = thread;
    }
  }

  /** Notifies at half the interval, as sd_watchdog_enabled(3) recommends. */
  private void notifyWatchdog(Duration interval, BooleanSupplier well) {
    boolean logged = false;
    try {
      while (!closed.await(interval.toMillis() / 2, TimeUnit.MILLISECONDS)) {
        if (well.getAsBoolean()) {
          send("WATCHDOG=1");
          logged = false;
        } else if (!logged) {
          logged = true;
          log.error("systemd: watchdog not notified: the loop is late");
        }
      }
    } catch (InterruptedException e) {
      log.debug("systemd: notifications stopped");
    }
  }

  private void send(String... messages) throws InterruptedException {
    List<String> command = new ArrayList<>(notify);
    command.addAll(List.of(messages));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true).redirectOutput(Redirect.DISCARD);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        logFailure("no end within " + TIMEOUT_SECONDS + " s");
      } else if (process.exitValue() != 0) {
        logFailure("exit status " + process.exitValue());
      }
    } catch (IOException e) {
      logFailure(String.valueOf(e.getMessage()));
    }
  }

  private void logFailure(String reason) {
    if (!failureLogged) {
      failureLogged = true;
      log.warn("systemd: not notified: {}: {}", notify.get(0), reason);
    }
  }

  /** Stops the notifications. A second call does nothing. */
  @Override
  public void close() {
    closed.countDown();
    Thread thread = watchdogThread;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
