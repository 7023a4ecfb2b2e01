package org.lazaruspit.pit.internal.plugin;

import java.io.IOException;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/**
 * A reviver as the pit uses it: each act has a fence before it, which is passed on the thread that
 * acts, as the last thing before it does. Between an earlier look and the act the whole pit may
 * have been stopped, for longer than its claim lasts.
 */
public interface FencedReviver extends Reviver {

  /** What stands before an act; throws where this pit may not do it any more. */
  interface Fence {
    void pass() throws IOException;
  }

  /** As {@link #stop(StopOrder)}, behind a fence. */
  default StopOutcome stop(StopOrder order, Fence fence) throws IOException, InterruptedException {
    fence.pass();
    return stop(order);
  }

  /** As {@link #start(StartOrder)}, behind a fence. */
  default RunningAgent start(StartOrder order, Fence fence)
      throws IOException, InterruptedException {
    fence.pass();
    return start(order);
  }
}
