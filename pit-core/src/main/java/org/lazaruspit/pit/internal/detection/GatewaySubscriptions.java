package org.lazaruspit.pit.internal.detection;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe.Listening;

/** Listens to the gateways in use. Used by the thread of the loop, closed by any thread. */
public final class GatewaySubscriptions implements AutoCloseable {

  private final ProbeRouter probes;
  private final Runnable news;
  private final Map<GatewayAddress, Listening> open = new ConcurrentHashMap<>();
  private volatile boolean closed;

  public GatewaySubscriptions(ProbeRouter probes, Runnable news) {
    this.probes = probes;
    this.news = news;
  }

  public void listenTo(Set<GatewayAddress> gateways) {
    for (GatewayAddress gateway : gateways) {
      if (!open.containsKey(gateway)) {
        open.put(gateway, probes.listen(gateway, news));
      }
    }
    open.keySet().stream().filter(known -> !gateways.contains(known)).forEach(this::stop);
    if (closed) {
      close();
    }
  }

  private void stop(GatewayAddress gateway) {
    Listening listening = open.remove(gateway);
    if (listening != null) {
      listening.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    open.keySet().forEach(this::stop);
  }
}
