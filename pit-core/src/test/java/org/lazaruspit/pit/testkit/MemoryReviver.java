package org.lazaruspit.pit.testkit;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/** Reviver of agents in a map: correct, and easily overridden with faults. */
public class MemoryReviver implements Reviver {

  /** State that outlives a reviver. */
  public static final class World {
    public final Map<AgentRef, RunningAgent> alive = new ConcurrentHashMap<>();
    public final Map<AgentRef, CompletableFuture<AgentExit>> exits = new ConcurrentHashMap<>();

    public void kill(AgentRef agent) {
      alive.remove(agent);
      exits.get(agent).complete(new AgentExit(Instant.EPOCH, "killed"));
    }
  }

  public final World world;

  public MemoryReviver(World world) {
    this.world = world;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Presence presence(AgentRef agent) throws IOException, InterruptedException {
    RunningAgent running = world.alive.get(agent);
    return running == null ? new Presence.Absent("not there") : new Presence.Running(running);
  }

  @Override
  public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
    RunningAgent running = world.alive.get(order.agent());
    if (running != null && order.isTooOldFor(running.incarnation())) {
      return new StopOutcome.TooOld(running.incarnation());
    }
    if (running != null) {
      world.kill(order.agent());
    }
    return new StopOutcome.Gone("not there");
  }

  @Override
  public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
    if (order.checkpoint().isPresent()) {
      throw new IOException("the checkpoint cannot be read");
    }
    CompletableFuture<AgentExit> exit = new CompletableFuture<>();
    RunningAgent running = new RunningAgent(order.agent(), order.incarnation(), "in memory", exit);
    if (world.alive.putIfAbsent(order.agent(), running) != null) {
      throw new IOException("it runs");
    }
    world.exits.put(order.agent(), exit);
    return running;
  }
}
