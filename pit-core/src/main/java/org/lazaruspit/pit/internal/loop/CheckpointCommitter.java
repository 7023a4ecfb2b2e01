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
 * Commits the checkpoints that agents have prepared. Not on the loop's thread: an agent that was
 * frozen while it saved holds its cell's lock, and the loop is what has to notice that.
 * Thread-safe.
 */
public final class CheckpointCommitter {

  private static final Logger log = LoggerFactory.getLogger(CheckpointCommitter.class);

  private final Executor executor;
  private final AtomicBoolean underWay = new AtomicBoolean();

  public CheckpointCommitter(Executor executor) {
    this.executor = executor;
  }

  /** Begins a sweep, unless the last one is still under way. */
  public void begin(List<OwnedCell> works) {
    if (!underWay.compareAndSet(false, true)) {
      return;
    }
    try {
      executor.execute(() -> sweep(works));
    } catch (RejectedExecutionException e) {
      underWay.set(false);
      log.debug("no more sweeps, the pit closes");
    }
  }

  private void sweep(List<OwnedCell> works) {
    try {
      works.forEach(CheckpointCommitter::sweep);
    } finally {
      underWay.set(false);
    }
  }

  private static void sweep(OwnedCell work) {
    Checkpoints checkpoints = Checkpoints.of(work.directory());
    for (String agentId : work.cell().agents().keySet()) {
      if (!work.held()) {
        return;
      }
      try {
        checkpoints.commitPending(agentId);
      } catch (IOException | RuntimeException e) {
        log.warn("{}: its checkpoint is not committed: {}", work.label(agentId), e.getMessage());
        return; // what holds this one up holds up the others of its cell
      }
    }
  }
}
