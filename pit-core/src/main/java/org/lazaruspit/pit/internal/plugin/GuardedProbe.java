package org.lazaruspit.pit.internal.plugin;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;

/**
 * Enforces the contract of a probe: if a call fails or exceeds its limit, its targets are
 * unreachable. Thread-safe.
 */
final class GuardedProbe implements HealthProbe {

  private final HealthProbe probe;
  private final String name;
  private final PluginCalls calls;
  private final PluginLimits limits;

  GuardedProbe(HealthProbe probe, String name, PluginLimits limits, PluginCalls.Mode mode) {
    this.probe = probe;
    this.name = name;
    this.limits = limits;
    calls = new PluginCalls(PluginKind.PROBE, name, mode);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException {
    long began = System.nanoTime();
    try {
      return calls.call("probe", limit(targets), () -> copy(probe.probe(targets)), late -> {});
    } catch (IOException e) {
      Duration waited = Duration.ofNanos(System.nanoTime() - began);
      String why = String.valueOf(e.getMessage());
      return targets.stream()
          .map(target -> ProbeResult.of(target, ProbeResult.Verdict.UNREACHABLE, why, waited))
          .toList();
    }
  }

  /** Copies within the limited call: the list may be code of the plug-in too. */
  private static List<ProbeResult> copy(List<ProbeResult> results) {
    List<ProbeResult> copy = new ArrayList<>(results);
    copy.removeIf(Objects::isNull);
    return copy;
  }

  /** Allows for a probe that calls its gateways in sequence. */
  private Duration limit(List<ProbeTarget> targets) {
    long gateways =
        targets.stream()
            .map(target -> target.gateway().map(GatewayAddress::uri))
            .distinct()
            .count();
    return limits.probe().multipliedBy(Math.max(1, gateways));
  }

  @Override
  public void register(ProbeTarget target) throws IOException, InterruptedException {
    calls.act("register", limits.probe(), () -> probe.register(target));
  }

  @Override
  public void unregister(ProbeTarget target) throws IOException, InterruptedException {
    calls.act("unregister", limits.probe(), () -> probe.unregister(target));
  }

  @Override
  public void heartbeat(ProbeTarget target, String heartbeat)
      throws IOException, InterruptedException {
    calls.act("heartbeat", limits.probe(), () -> probe.heartbeat(target, heartbeat));
  }

  /** Returns an empty subscription on failure; the pit then polls. */
  @Override
  public Listening listen(GatewayAddress gateway, Runnable news) {
    try {
      Listening listening =
          calls.call("listen", limits.probe(), () -> probe.listen(gateway, news), Listening::close);
      return () -> calls.end("close of a subscription", limits.close(), listening::close);
    } catch (IOException e) {
      return () -> {};
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return () -> {};
    }
  }

  @Override
  public void close() {
    calls.end("close", limits.close(), probe::close);
    calls.close();
  }
}
