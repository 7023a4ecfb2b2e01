package org.lazaruspit.pit.internal.plugin;

import java.io.IOException;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/**
 * Reviver with a fence before each start and stop. The fence is checked on the acting thread
 * immediately before the act: since an earlier check the pit may have been suspended for longer
 * than its claim lasts.
 */
public interface FencedReviver extends Reviver {

  /** Check before an act; throws if this pit has lost its claim. */
  interface Fence {
    void check() throws IOException;
  }

  /** As {@link #stop(StopOrder)}, behind a fence. */
  default StopOutcome stop(StopOrder order, Fence fence) throws IOException, InterruptedException {
    fence.check();
    return stop(order);
  }

  /** As {@link #start(StartOrder)}, behind a fence. */
  default RunningAgent start(StartOrder order, Fence fence)
      throws IOException, InterruptedException {
    fence.check();
    return start(order);
  }
}
