package org.lazaruspit.cell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.files.AtomicFiles;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rescans a missions root at every change that the file system reports, and at an interval in any
 * case: some file systems report no changes, and the kernel limits the number of watched
 * directories. Started by {@link MissionStore#watch}; runs one daemon thread until it is closed.
 * Thread-safe.
 */
public final class MissionWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MissionWatch.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** Writers rename several files in a row; one rescan covers all of them. */
  private static final long GATHER_MILLIS = 5;

  private final MissionStore store;
  private final Duration interval;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  // Confined to the thread: needs no lock.
  private final Set<Path> watched = new HashSet<>();
  private @Nullable WatchService watcher;
  private boolean failing;

  MissionWatch(MissionStore store, Duration interval) {
    this.store = store;
    this.interval = interval;
    this.thread = new Thread(this::run, "lazarus-watch-" + store.root().getFileName());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try (WatchService service = open()) {
      watcher = service;
      watch(store.root());
      rescan();
      while (closed.getCount() > 0) {
        await();
        rescan();
      }
    } catch (ClosedWatchServiceException | InterruptedException e) {
      log.debug("{}: watch ended", store.root());
    } catch (IOException e) {
      log.warn("{}: watch could not be closed", store.root(), e);
    }
  }

  private @Nullable WatchService open() {
    try {
      return store.root().getFileSystem().newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      log.info(
          "{}: cannot be watched: {}; scanning every {} instead",
          store.root(),
          e.toString(),
          interval);
      return null;
    }
  }

  private void await() throws InterruptedException {
    WatchService service = watcher;
    if (service == null) {
      closed.await(interval.toMillis(), TimeUnit.MILLISECONDS);
      return;
    }
    WatchKey key = service.poll(interval.toMillis(), TimeUnit.MILLISECONDS);
    while (key != null) {
      key.pollEvents();
      if (!key.reset()) {
        watched.remove((Path) key.watchable());
      }
      key = service.poll(GATHER_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void rescan() {
    if (closed.getCount() == 0) {
      return;
    }
    try {
      boolean more;
      do {
        store.rescan();
        more = false;
        for (CellLoad load : store.current()) {
          more |= watchCell(load.directory());
        }
        // Changes before the registration of a directory were not reported.
      } while (more);
      failing = false;
    } catch (UncheckedIOException e) {
      // Logged once: the root may come back. During close the cause is the interruption.
      if (!failing && closed.getCount() > 0) {
        log.warn("{}: scan failed; retrying", store.root(), e);
      }
      failing = true;
    }
  }

  private boolean watchCell(Path cell) {
    boolean more = watch(cell);
    for (String name : List.of(CellLayout.AGENTS, CellLayout.TASKS, CellLayout.CONFIG)) {
      more |= watch(cell.resolve(name));
    }
    return more;
  }

  /** Registers a directory; returns whether it is watched now and was not before. */
  private boolean watch(Path directory) {
    WatchService service = watcher;
    if (service == null
        || watched.contains(directory)
        || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try {
      directory.register(
          service,
          StandardWatchEventKinds.ENTRY_CREATE,
          StandardWatchEventKinds.ENTRY_DELETE,
          StandardWatchEventKinds.ENTRY_MODIFY);
      return watched.add(directory);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException | UnsupportedOperationException e) {
      log.info(
          "{}: cannot be watched: {}; scanning every {} instead",
          directory,
          e.toString(),
          interval);
      AtomicFiles.closeQuietly(service);
      watcher = null;
      return false;
    }
  }

  /**
   * Stops the watch and waits up to 10 s for its thread to end. Idempotent; may be called from any
   * thread.
   */
  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      log.warn(
          "{}: watch still runs: thread {} is busy with a listener",
          store.root(),
          thread.getName());
    }
  }
}
