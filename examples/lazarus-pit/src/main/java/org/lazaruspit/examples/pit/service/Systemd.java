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
 * Tells systemd that the daemon is ready and, again and again, that its loop runs: sd_notify(3).
 * Java has no datagram sockets of the kind that this takes, so that {@code systemd-notify} sends it
 * for us; its unit has to say {@code NotifyAccess=all}. Where systemd did not start the daemon this
 * does nothing. Thread-safe.
 */
final class Systemd implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Systemd.class);
  private static final long PATIENCE_SECONDS = 10;

  private final List<String> notify;
  private final boolean wanted;
  private final Optional<Duration> watchdog;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean complained;
  private @Nullable Thread beating;

  /**
   * For a process with this environment.
   *
   * @param notify how the helper is called
   */
  Systemd(Map<String, String> environment, List<String> notify) {
    this.notify = List.copyOf(notify);
    this.wanted = environment.containsKey("NOTIFY_SOCKET");
    this.watchdog = wanted ? watchdog(environment) : Optional.empty();
  }

  /** For this process. */
  static Systemd ofThisProcess() {
    return new Systemd(System.getenv(), List.of("systemd-notify"));
  }

  /**
   * How often it wants to hear of this process at least; one that is meant for another has none.
   */
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
   * The daemon is ready. From now on systemd hears of it for as long as it is well.
   *
   * @param status a line for {@code systemctl status}
   */
  void ready(String status, BooleanSupplier well) throws InterruptedException {
    if (!wanted) {
      return;
    }
    tell("READY=1", "STATUS=" + status);
    if (watchdog.isPresent()) {
      Thread thread = new Thread(() -> beat(watchdog.get(), well), "pit-systemd");
      thread.setDaemon(true);
      thread.start();
      beating = thread;
    }
  }

  /** Twice as often as it has to be, as sd_watchdog_enabled(3) asks for. */
  private void beat(Duration interval, BooleanSupplier well) {
    boolean told = false;
    try {
      while (!closed.await(interval.toMillis() / 2, TimeUnit.MILLISECONDS)) {
        if (well.getAsBoolean()) {
          tell("WATCHDOG=1");
          told = false;
        } else if (!told) {
          told = true;
          log.error("systemd is not told that this daemon is alive, since its loop is late");
        }
      }
    } catch (InterruptedException e) {
      log.debug("systemd is told nothing more");
    }
  }

  private void tell(String... messages) throws InterruptedException {
    List<String> command = new ArrayList<>(notify);
    command.addAll(List.of(messages));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true).redirectOutput(Redirect.DISCARD);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        complain("it did not end within " + PATIENCE_SECONDS + " s");
      } else if (process.exitValue() != 0) {
        complain("it ended with status " + process.exitValue());
      }
    } catch (IOException e) {
      complain(String.valueOf(e.getMessage()));
    }
  }

  private void complain(String why) {
    if (!complained) {
      complained = true;
      log.warn("systemd cannot be told how this daemon is: {}: {}", notify.get(0), why);
    }
  }

  /** Ends the beats. A second call does nothing. */
  @Override
  public void close() {
    closed.countDown();
    Thread thread = beating;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
