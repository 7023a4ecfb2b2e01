package org.lazaruspit.pit.internal.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the records of adopted agents, which their keepers write. A machine without free file
 * watches notices an end at the next poll. Thread-safe.
 */
final class RecordWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RecordWatch.class);

  private final Executor executor;
  private final Map<Path, Runnable> actions = new ConcurrentHashMap<>();

  @GuardedBy("this")
  private @Nullable WatchService service;

  @GuardedBy("this")
  private boolean closed;

  RecordWatch(Executor executor) {
    this.executor = executor;
  }

  /** Runs an action after each change of a record, until the next call for the same record. */
  void watch(Path record, Runnable action) {
    actions.put(record, action);
    try {
      register(Objects.requireNonNull(record.getParent()));
    } catch (IOException | ClosedWatchServiceException e) {
      log.debug("{}: not watched; the next poll notices its end", record, e);
    }
  }

  private synchronized void register(Path directory) throws IOException {
    if (closed) {
      return;
    }
    if (service == null) {
      WatchService opened = FileSystems.getDefault().newWatchService();
      service = opened;
      executor.execute(() -> run(opened));
    }
    directory.register(service, StandardWatchEventKinds.ENTRY_MODIFY);
  }

  private void run(WatchService from) {
    try {
      while (true) {
        WatchKey key = from.take();
        Path directory = (Path) key.watchable();
        for (var event : key.pollEvents()) {
          if (event.context() instanceof Path name) {
            changed(directory.resolve(name));
          } else {
            actions.keySet().forEach(this::changed); // an overflow
          }
        }
        key.reset();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ClosedWatchServiceException e) {
      log.debug("record watch closed", e);
    }
  }

  private void changed(Path record) {
    Runnable action = actions.get(record);
    if (action != null) {
      executor.execute(action);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    try {
      if (service != null) {
        service.close();
      }
    } catch (IOException e) {
      log.debug("record watch not closed", e);
    }
  }
}
