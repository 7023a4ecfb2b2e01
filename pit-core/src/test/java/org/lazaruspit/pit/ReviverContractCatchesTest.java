package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.contract.ReviverContract;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;
import org.lazaruspit.pit.testkit.Contracts;
import org.lazaruspit.pit.testkit.MemoryReviver;
import org.lazaruspit.pit.testkit.MemoryReviver.World;

/** The contract finds the fault of each of its clauses. */
final class ReviverContractCatchesTest {

  private static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");

  /** Reviver for the next run of the contract. */
  private static Function<World, Reviver> next = MemoryReviver::new;

  /** Run by these tests only; its name keeps Surefire from finding it. */
  static final class Run extends ReviverContract {
    private final World world = new World();

    @Override
    protected Reviver newReviver() {
      return next.apply(world);
    }

    @Override
    protected StartOrder order(long incarnation) {
      return order(incarnation, Optional.empty());
    }

    private static StartOrder order(long incarnation, Optional<Path> checkpoint) {
      return new StartOrder(
          AGENT,
          incarnation,
          Path.of("cell"),
          checkpoint,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Path.of("log"));
    }

    @Override
    protected Optional<StartOrder> impossibleOrder() {
      return Optional.of(order(1, Optional.of(Path.of("checkpoint"))));
    }

    @Override
    protected void kill(RunningAgent running) {
      world.kill(running.agent());
    }

    @Override
    protected Duration patience() {
      return Duration.ofMillis(500);
    }
  }

  private static final Map<String, Function<World, Reviver>> FAULTS = new TreeMap<>();

  private static final Map<String, String> CLAUSES = new TreeMap<>();

  private static void fault(String name, String clause, Function<World, Reviver> made) {
    FAULTS.put(name, made);
    CLAUSES.put(name, clause);
  }

  static {
    AtomicInteger calls = new AtomicInteger();
    fault(
        "changes its name",
        "itsNameIsStableAndValid",
        world ->
            new MemoryReviver(world) {
              @Override
              public String name() {
                return "memory" + calls.incrementAndGet();
              }
            });
    fault(
        "reports every agent as running",
        "anAgentThatWasNeverStartedDoesNotRun",
        world ->
            new MemoryReviver(world) {
              @Override
              public Presence presence(AgentRef agent) {
                return new Presence.Running(
                    new RunningAgent(agent, 0, "imagined", new CompletableFuture<>()));
              }
            });
    fault(
        "counts incarnations on its own",
        "aStartedAgentRunsInItsIncarnation",
        world ->
            new MemoryReviver(world) {
              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                return super.start(Run.order(1, order.checkpoint()));
              }
            });
    fault(
        "completes an exit at once",
        "anExitIsNotReportedWhileTheAgentRuns",
        world ->
            new MemoryReviver(world) {
              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                RunningAgent running = super.start(order);
                return new RunningAgent(
                    AGENT,
                    running.incarnation(),
                    "",
                    CompletableFuture.completedFuture(new AgentExit(Instant.EPOCH, "started")));
              }
            });
    fault(
        "completes no exit",
        "aDeathIsReported",
        world ->
            new MemoryReviver(world) {
              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                RunningAgent running = super.start(order);
                return new RunningAgent(
                    AGENT, running.incarnation(), "", new CompletableFuture<>());
              }
            });
    fault(
        "fails exit stages",
        "aDeathIsReported",
        world ->
            new MemoryReviver(world) {
              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                RunningAgent running = super.start(order);
                return new RunningAgent(
                    AGENT,
                    running.incarnation(),
                    "",
                    running
                        .exit()
                        .thenApply(
                            exit -> {
                              throw new IllegalStateException(exit.detail());
                            }));
              }
            });
    fault(
        "starts a second process",
        "aSecondStartIsRefusedAndTheFirstAgentRunsOn",
        world ->
            new MemoryReviver(world) {
              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                stop(StopOrder.anyIncarnation(order.agent(), Duration.ZERO));
                return super.start(order);
              }
            });
    fault(
        "reports a stop without one",
        "aStoppedAgentIsGone",
        world ->
            new MemoryReviver(world) {
              @Override
              public StopOutcome stop(StopOrder order) {
                return new StopOutcome.Gone("sure");
              }
            });
    fault(
        "stops only with some grace",
        "stoppingWithoutGraceKillsAtOnce",
        world ->
            new MemoryReviver(world) {
              @Override
              public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
                return order.grace().isZero()
                    ? new StopOutcome.StillThere("no time")
                    : super.stop(order);
              }
            });
    fault(
        "fails to stop an absent agent",
        "stoppingAnAbsentAgentOnlyProvesItsAbsence",
        world ->
            new MemoryReviver(world) {
              @Override
              public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
                return world.alive.containsKey(order.agent())
                    ? super.stop(order)
                    : new StopOutcome.StillThere("no agent to stop");
              }
            });
    fault(
        "stops any agent, regardless of the order",
        "anOrderThatIsTooOldStopsNoAgent",
        world ->
            new MemoryReviver(world) {
              @Override
              public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
                return super.stop(StopOrder.anyIncarnation(order.agent(), order.grace()));
              }
            });
    fault(
        "starts no agent a second time",
        "aStoppedOrKilledAgentCanBeStartedAgain",
        world ->
            new MemoryReviver(world) {
              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                if (world.exits.containsKey(order.agent())) {
                  throw new IOException("once is enough");
                }
                return super.start(order);
              }
            });
    fault(
        "ends its agents with itself",
        "agentsOutliveTheirReviverAndTheNextOneAdoptsThem",
        world ->
            new MemoryReviver(world) {
              @Override
              public void close() {
                world.alive.keySet().forEach(world::kill);
              }
            });
    fault(
        "stops only agents of this instance",
        "theNextReviverCanStopAgentsOfThePreviousOne",
        world ->
            new MemoryReviver(world) {
              private boolean mine;

              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                RunningAgent running = super.start(order);
                mine = true;
                return running;
              }

              @Override
              public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
                return mine || !world.alive.containsKey(order.agent())
                    ? super.stop(order)
                    : new StopOutcome.StillThere("not mine");
              }
            });
    fault(
        "ignores the cell of an agent",
        "anAgentOfAnotherCellIsAnotherAgent",
        world ->
            new MemoryReviver(world) {
              @Override
              public Presence presence(AgentRef agent) throws IOException, InterruptedException {
                return super.presence(new AgentRef(AGENT.cellId(), agent.agentId()));
              }
            });
    fault(
        "throws on an impossible order",
        "anImpossibleStartIsAnErrorOrAnEndAndTheAgentDoesNotRun",
        world ->
            new MemoryReviver(world) {
              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                if (order.checkpoint().isPresent()) {
                  throw new IllegalStateException("no");
                }
                return super.start(order);
              }
            });
    fault("fails with several threads", "concurrentCallsAreSafe", OneThread::new);
    fault(
        "fails on an interrupt",
        "anInterruptEndsACallOrIsIgnoredAndDoesNoHarm",
        world ->
            new MemoryReviver(world) {
              @Override
              public Presence presence(AgentRef agent) throws IOException, InterruptedException {
                if (Thread.currentThread().isInterrupted()) {
                  throw new IllegalStateException("disturbed");
                }
                return super.presence(agent);
              }
            });
    fault(
        "closes once",
        "itCanBeClosedTwice",
        world ->
            new MemoryReviver(world) {
              private boolean closed;

              @Override
              public void close() {
                if (closed) {
                  throw new IllegalStateException("closed");
                }
                closed = true;
              }
            });
  }

  /** The first caller waits for a second one, whose call fails. */
  private static final class OneThread extends MemoryReviver {
    private final AtomicInteger inside = new AtomicInteger();
    private final CountDownLatch second = new CountDownLatch(1);
    private final Thread maker = Thread.currentThread();

    OneThread(World world) {
      super(world);
    }

    @Override
    public Presence presence(AgentRef agent) throws IOException, InterruptedException {
      if (Thread.currentThread().equals(maker)) {
        return super.presence(agent);
      }
      if (inside.incrementAndGet() > 1) {
        second.countDown();
        throw new IllegalStateException("two at once");
      }
      if (!second.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no second caller");
      }
      return super.presence(agent);
    }
  }

  @Test
  void aCorrectPluginBreaksNoClause() {
    next = MemoryReviver::new;
    assertEquals(Set.of(), Contracts.brokenBy(Run.class));
  }

  @Test
  void everyClauseIsBrokenByAFault() {
    assertEquals(Contracts.clausesOf(ReviverContract.class), new TreeSet<>(CLAUSES.values()));
  }

  @Test
  void everyFaultIsFound() {
    FAULTS.forEach(
        (fault, made) -> {
          next = made;
          Set<String> broken = Contracts.brokenBy(Run.class);
          assertTrue(broken.contains(CLAUSES.get(fault)), () -> fault + " breaks only " + broken);
        });
  }
}
