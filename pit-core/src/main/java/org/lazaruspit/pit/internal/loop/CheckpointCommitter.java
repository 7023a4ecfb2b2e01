package org.lazaruspit.pit.internal.loop;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lazaruspit.cell.Checkpoints;
import org.lazaruspit.pit.internal.cell.OwnedCell;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the checkpoints that agents have prepared. Runs outside of the loop's thread: an agent
 * that froze during a save holds its cell's lock, and the loop has to detect that. Thread-safe.
 */
public final class CheckpointCommitter {

  private static final Logger log = LoggerFactory.getLogger(CheckpointCommitter.class);

  private final Executor executor;
  private final AtomicBoolean underWay = new AtomicBoolean();

  public CheckpointCommitter(Executor executor) {
    this.executor = executor;
  }

  /** Starts a sweep over the cells, unless the last sweep is under way. */
  public void begin(List<OwnedCell> cells) {
    if (!underWay.compareAndSet(false, true)) {
      return;
    }
    try {
      executor.execute(() -> sweep(cells));
    } catch (RejectedExecutionException e) {
      underWay.set(false);
      log.debug("checkpoints: not committed: the pit closes");
    }
  }

  private void sweep(List<OwnedCell> cells) {
    try {
      cells.forEach(CheckpointCommitter::sweep);
    } finally {
      underWay.set(false);
    }
  }

  private static void sweep(OwnedCell owned) {
    Checkpoints checkpoints = Checkpoints.of(owned.directory());
    for (String agentId : owned.cell().agents().keySet()) {
      if (!owned.held()) {
        return;
      }
      try {
        checkpoints.commitPending(agentId);
      } catch (IOException | RuntimeException e) {
        log.warn("{}: checkpoint not committed: {}", owned.label(agentId), e.getMessage());
        return; // the other agents share the cell's lock and disk
      }
    }
  }
}
