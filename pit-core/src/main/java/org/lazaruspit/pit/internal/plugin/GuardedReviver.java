package org.lazaruspit.pit.internal.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enforces the contract of a reviver: only declared exceptions, results within limits and about the
 * requested agent, and no exit from a failed stage. Thread-safe.
 */
final class GuardedReviver implements FencedReviver {

  private static final Logger log = LoggerFactory.getLogger(GuardedReviver.class);

  private final Reviver reviver;
  private final String name;
  private final PluginCalls calls;
  private final PluginLimits limits;
  private final Set<AgentRef> acting = ConcurrentHashMap.newKeySet();
  private final Map<AgentRef, Followed> followed = new ConcurrentHashMap<>();

  /** Exit stage of the plug-in, and the guarded stage for it. */
  private record Followed(
      CompletionStage<AgentExit> unguarded, CompletionStage<AgentExit> guarded) {}

  GuardedReviver(Reviver reviver, String name, PluginLimits limits, PluginCalls.Mode mode) {
    this.reviver = reviver;
    this.name = name;
    this.limits = limits;
    calls = new PluginCalls(PluginKind.REVIVER, name, mode);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void claimed(UUID cellId, Path cellDirectory) throws IOException {
    try {
      calls.act("claimed", limits.presence(), () -> reviver.claimed(cellId, cellDirectory));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(calls.plugin() + ": interrupted in claimed", e);
    }
  }

  @Override
  public Presence presence(AgentRef agent) throws IOException, InterruptedException {
    Presence presence =
        calls.call("presence", limits.presence(), () -> reviver.presence(agent), late -> {});
    return presence instanceof Presence.Running running
        ? new Presence.Running(checked("presence", agent, running.running()))
        : presence;
  }

  @Override
  public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
    return stop(order, () -> {});
  }

  @Override
  public StopOutcome stop(StopOrder order, Fence fence) throws IOException, InterruptedException {
    return calls.call(
        "stop",
        limits.stop().plus(order.grace()),
        () -> exclusively(order.agent(), fence, () -> reviver.stop(order)),
        late -> {});
  }

  @Override
  public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
    return start(order, () -> {});
  }

  @Override
  public RunningAgent start(StartOrder order, Fence fence)
      throws IOException, InterruptedException {
    RunningAgent started =
        calls.call(
            "start",
            limits.start(),
            () -> exclusively(order.agent(), fence, () -> reviver.start(order)),
            late -> log.warn("{}: started after the limit: {}", late.agent(), late.description()));
    return checked("start", order.agent(), started);
  }

  /** Refuses a second act while an abandoned one may still run. */
  private <T> T exclusively(AgentRef agent, Fence fence, PluginCalls.Call<T> call)
      throws IOException, InterruptedException {
    if (!acting.add(agent)) {
      throw new IOException(calls.plugin() + ": the last call for this agent has not returned");
    }
    try {
      fence.check();
      return call.run();
    } finally {
      acting.remove(agent);
    }
  }

  private RunningAgent checked(String what, AgentRef agent, RunningAgent running)
      throws IOException {
    if (!running.agent().equals(agent)) {
      throw new IOException(
          "%s: %s of %s returned a result about %s"
              .formatted(calls.plugin(), what, agent, running.agent()));
    }
    return new RunningAgent(
        agent, running.incarnation(), running.description(), follow(agent, running.exit()));
  }

  private CompletionStage<AgentExit> follow(AgentRef agent, CompletionStage<AgentExit> unguarded)
      throws IOException {
    Followed before = followed.get(agent);
    if (before != null && before.unguarded().equals(unguarded)) {
      return before.guarded();
    }
    CompletableFuture<AgentExit> exit = new CompletableFuture<>();
    Followed now = new Followed(unguarded, exit.minimalCompletionStage());
    followed.put(agent, now);
    try {
      CompletionStage<AgentExit> unused =
          unguarded.whenComplete((value, failure) -> ended(agent, now, exit, value, failure));
      Objects.requireNonNull(unused, "a stage of an exit");
    } catch (Throwable e) {
      followed.remove(agent, now);
      throw calls.failure("exit", e);
    }
    return now.guarded();
  }

  /** A failed stage is no exit: the next presence check finds the agent. */
  private void ended(
      AgentRef agent,
      Followed ending,
      CompletableFuture<AgentExit> exit,
      @Nullable AgentExit value,
      @Nullable Throwable failure) {
    followed.remove(agent, ending);
    if (failure != null) {
      log.warn("{}: exit stage of {} failed; ignored", agent, calls.plugin(), failure);
    } else {
      exit.complete(value == null ? new AgentExit(Instant.now(), "it ended") : value);
    }
  }

  @Override
  public boolean needsLauncher() {
    try {
      return calls.call("needsLauncher", limits.presence(), reviver::needsLauncher, late -> {});
    } catch (IOException e) {
      log.debug("{}; no launcher needed", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  @Override
  public void close() {
    calls.end("close", limits.close(), reviver::close);
    calls.close();
  }
}
