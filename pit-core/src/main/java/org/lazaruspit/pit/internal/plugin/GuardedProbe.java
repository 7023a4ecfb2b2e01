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
 * A probe that keeps to its contract whatever the one within does: where that breaks, or does not
 * answer within its limit, nobody could be reached. Thread-safe.
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
    long asked = System.nanoTime();
    try {
      return calls.call("probe", limit(targets), () -> copy(probe.probe(targets)), late -> {});
    } catch (IOException e) {
      Duration waited = Duration.ofNanos(System.nanoTime() - asked);
      String why = String.valueOf(e.getMessage());
      return targets.stream()
          .map(target -> ProbeResult.of(target, ProbeResult.Verdict.UNREACHABLE, why, waited))
          .toList();
    }
  }

  /** Taken apart within the call: a list can be somebody else's code too. */
  private static List<ProbeResult> copy(List<ProbeResult> results) {
    List<ProbeResult> copy = new ArrayList<>(results);
    copy.removeIf(Objects::isNull);
    return copy;
  }

  /** A probe may ask one gateway after the other, each with limits of its own. */
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
  public void heartbeat(ProbeTarget target, String heartbeat)
      throws IOException, InterruptedException {
    calls.act("heartbeat", limits.probe(), () -> probe.heartbeat(target, heartbeat));
  }

  /** Where it cannot listen, the pit polls. */
  @Override
  public Listening listen(GatewayAddress gateway, Runnable news) {
    try {
      Listening listening =
          calls.call("listen", limits.probe(), () -> probe.listen(gateway, news), Listening::close);
      return () -> calls.end("the end of listening", limits.close(), listening::close);
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
