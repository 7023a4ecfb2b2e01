package org.lazaruspit.pit.internal.detection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes all gateways concurrently, with at most one pending probe per gateway. A round waits 250
 * ms for slow gateways: a late response triggers a new round, and until then the last result is
 * used. Used by the thread of the loop only.
 */
public final class GatewayPoller {

  private static final Logger log = LoggerFactory.getLogger(GatewayPoller.class);

  /** Wait of a round for pending probes, in nanoseconds. */
  private static final long MAX_WAIT_NANOS = 250_000_000;

  /** Age of a pending probe, in nanoseconds, from which on the last result is not used any more. */
  private static final long MAX_AGE_NANOS = 15_000_000_000L;

  private final ProbeRouter probes;
  private final Executor executor;
  private final Runnable news;
  private final Map<GatewayAddress, PendingProbe> open = new HashMap<>();
  private final Set<GatewayAddress> registering = ConcurrentHashMap.newKeySet();
  private final Map<ProbeTarget, ProbeResult> latest = new HashMap<>();
  private final LogOnChange problems = new LogOnChange();

  public GatewayPoller(ProbeRouter probes, Executor executor, Runnable news) {
    this.probes = probes;
    this.executor = executor;
    this.news = news;
  }

  /** Probe that is under way. */
  private record PendingProbe(
      List<ProbeTarget> targets,
      CompletableFuture<Map<AgentRef, ProbeResult>> response,
      AtomicBoolean late,
      long sentAt) {

    boolean isOverdue() {
      return !response.isDone() && System.nanoTime() - sentAt > MAX_AGE_NANOS;
    }

    boolean covers(List<ProbeTarget> others) {
      return targets.containsAll(others);
    }
  }

  /** Returns the latest results, without agents whose gateway has not responded yet. */
  public Map<AgentRef, ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException {
    latest.keySet().retainAll(Set.copyOf(targets));
    Map<GatewayAddress, List<ProbeTarget>> remote = byGateway(targets);
    remote.forEach(this::probeUnlessPending);
    Map<AgentRef, ProbeResult> results =
        probes.probe(targets.stream().filter(t -> probes.remote(t).isEmpty()).toList());
    awaitResponses();
    remote.forEach(
        (gateway, group) ->
            group.forEach(
                target ->
                    known(gateway, target)
                        .ifPresent(result -> results.put(target.agent(), result))));
    return results;
  }

  /** Returns the targets by remote gateway, without targets of registries in this JVM. */
  public Map<GatewayAddress, List<ProbeTarget>> byGateway(List<ProbeTarget> targets) {
    Map<GatewayAddress, List<ProbeTarget>> byGateway = new LinkedHashMap<>();
    for (ProbeTarget target : targets) {
      probes
          .remote(target)
          .ifPresent(
              gateway -> byGateway.computeIfAbsent(gateway, g -> new ArrayList<>()).add(target));
    }
    return byGateway;
  }

  /**
   * Registers agents asynchronously. Skips a gateway that still registers agents of an earlier
   * round; the next round repeats it.
   */
  public void register(List<ProbeTarget> targets) throws InterruptedException {
    for (ProbeTarget target : targets) {
      if (probes.remote(target).isEmpty()) {
        probes.register(target);
      }
    }
    byGateway(targets).forEach(this::register);
  }

  private void register(GatewayAddress gateway, List<ProbeTarget> targets) {
    if (!registering.add(gateway)) {
      return;
    }
    try {
      executor.execute(
          () -> {
            try {
              for (ProbeTarget target : targets) {
                probes.register(target);
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } finally {
              registering.remove(gateway);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("gateway {}: registration skipped: the pit closes", gateway.name());
    }
  }

  private void probeUnlessPending(GatewayAddress gateway, List<ProbeTarget> targets) {
    PendingProbe before = open.get(gateway);
    if (before != null) {
      if (!before.response().isDone()) {
        return;
      }
      take(gateway, before);
      if (before.covers(targets)) {
        return; // the response is new
      }
    }
    PendingProbe probe =
        new PendingProbe(
            targets, new CompletableFuture<>(), new AtomicBoolean(), System.nanoTime());
    open.put(gateway, probe);
    try {
      executor.execute(() -> send(probe));
    } catch (RejectedExecutionException e) {
      open.remove(gateway);
      log.debug("gateway {}: probe skipped: the pit closes", gateway.name());
    }
  }

  private void send(PendingProbe probe) {
    try {
      probe.response().complete(probes.probe(probe.targets()));
    } catch (InterruptedException e) {
      probe.response().cancel(false);
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      probe.response().completeExceptionally(e);
      throw e;
    } finally {
      if (probe.late().get()) {
        news.run();
      }
    }
  }

  private void awaitResponses() throws InterruptedException {
    long deadline = System.nanoTime() + MAX_WAIT_NANOS;
    for (Map.Entry<GatewayAddress, PendingProbe> entry : List.copyOf(open.entrySet())) {
      PendingProbe probe = entry.getValue();
      if (!probe.late().get()) {
        await(probe, deadline - System.nanoTime());
      }
      if (probe.response().isDone()) {
        take(entry.getKey(), probe);
      }
    }
  }

  private static void await(PendingProbe probe, long nanos) throws InterruptedException {
    try {
      probe.response().get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      probe.late().set(true);
    } catch (ExecutionException | CancellationException e) {
      log.debug("probe failed", e);
    }
  }

  private void take(GatewayAddress gateway, PendingProbe probe) {
    open.remove(gateway);
    try {
      Map<AgentRef, ProbeResult> responses = probe.response().join();
      problems.clear(gateway);
      for (ProbeTarget target : probe.targets()) {
        ProbeResult response = responses.get(target.agent());
        if (response != null) {
          latest.put(target, response);
        }
      }
    } catch (CompletionException | CancellationException e) {
      if (problems.isNew(gateway, e.toString())) {
        log.warn("gateway {}: probe failed", gateway.name(), e);
      }
      probe.targets().forEach(latest::remove);
    }
  }

  private Optional<ProbeResult> known(GatewayAddress gateway, ProbeTarget target) {
    PendingProbe probe = open.get(gateway);
    if (probe != null && probe.isOverdue()) {
      return Optional.of(
          ProbeRouter.noAnswer(target, "gateway " + gateway.name() + " has not answered"));
    }
    return Optional.ofNullable(latest.get(target));
  }

  /** Sets the targets whose heartbeat files are read. */
  public void watchFiles(List<ProbeTarget> targets) {
    probes.files().watch(targets);
  }
}
