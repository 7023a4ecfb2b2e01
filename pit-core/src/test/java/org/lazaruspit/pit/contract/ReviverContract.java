package org.lazaruspit.pit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;

/**
 * Contract of a {@link Reviver}: one test per clause. A subclass makes instances and start orders,
 * and kills agents without the reviver. Each test begins without a running agent, and stops its own
 * at the end.
 */
@Timeout(300)
public abstract class ReviverContract {

  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final long PAUSE_MILLIS = 20;

  private final List<Reviver> made = new ArrayList<>();

  /** Called by subclasses. */
  protected ReviverContract() {}

  /**
   * Makes a configured instance. All instances of a test share their agents, as those of a pit and
   * its successor do.
   *
   * @return a new instance
   * @throws Exception if it cannot be made
   */
  protected abstract Reviver newReviver() throws Exception;

  /**
   * Returns a start order for the agent of these tests, which runs until it is stopped or killed.
   *
   * @param incarnation the incarnation to start
   * @return an order, always for the same agent
   * @throws Exception if it cannot be made
   */
  protected abstract StartOrder order(long incarnation) throws Exception;

  /**
   * Kills a running agent, as in a crash, without the reviver.
   *
   * @param running the agent, as the reviver described it
   * @throws Exception if it cannot be killed
   */
  protected abstract void kill(RunningAgent running) throws Exception;

  /**
   * Returns an order that cannot be carried out.
   *
   * @return empty, the default, if there is no such case
   * @throws Exception if it cannot be made
   */
  protected Optional<StartOrder> impossibleOrder() throws Exception {
    return Optional.empty();
  }

  /**
   * Returns the time limit of each wait.
   *
   * @return 30 s by default
   */
  protected Duration patience() {
    return Duration.ofSeconds(30);
  }

  private Reviver reviver() throws Exception {
    Reviver reviver = newReviver();
    made.add(reviver);
    return reviver;
  }

  private AgentRef agent() throws Exception {
    return order(1).agent();
  }

  @AfterEach
  void tearDown() throws Exception {
    reviver().stop(StopOrder.anyIncarnation(agent(), Duration.ZERO));
    made.forEach(Reviver::close);
  }

  @Test
  void itsNameIsStableAndValid() throws Exception {
    Names.check(reviver()::name, reviver()::name);
  }

  @Test
  void anAgentThatWasNeverStartedDoesNotRun() throws Exception {
    assertFalse(reviver().presence(agent()) instanceof Presence.Running);
  }

  @Test
  void aStartedAgentRunsInItsIncarnation() throws Exception {
    Reviver reviver = reviver();
    RunningAgent started = reviver.start(order(3));
    assertEquals(agent(), started.agent());
    assertIncarnation(3, started);
    Presence.Running seen = assertInstanceOf(Presence.Running.class, reviver.presence(agent()));
    assertEquals(agent(), seen.running().agent());
    assertIncarnation(3, seen.running());
  }

  /** Accepts 0, which stands for unknown. */
  private static void assertIncarnation(long expected, RunningAgent running) {
    assertTrue(running.incarnation() == expected || running.incarnation() == 0, running::toString);
  }

  @Test
  void anExitIsNotReportedWhileTheAgentRuns() throws Exception {
    Reviver reviver = reviver();
    CompletableFuture<AgentExit> exit = exitOf(reviver.start(order(1)));
    assertInstanceOf(Presence.Running.class, reviver.presence(agent()));
    assertThrows(TimeoutException.class, () -> exit.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
  }

  /** The latest moment is the return of {@link Reviver#presence} with an absence. */
  @Test
  void aDeathIsReported() throws Exception {
    Reviver reviver = reviver();
    RunningAgent running = reviver.start(order(1));
    CompletableFuture<AgentExit> exit = exitOf(running);
    kill(running);
    awaitAbsence(reviver);
    assertNotNull(get(exit), "an exit has a value");
  }

  @Test
  void aSecondStartIsRefusedAndTheFirstAgentRunsOn() throws Exception {
    Reviver reviver = reviver();
    CompletableFuture<AgentExit> first = exitOf(reviver.start(order(1)));
    try {
      // Refused by an exception, or by an early exit.
      get(exitOf(reviver.start(order(2))));
    } catch (IOException e) {
      assertNotNull(e.getMessage(), "reason of the refusal");
    }
    Presence.Running seen = assertInstanceOf(Presence.Running.class, reviver.presence(agent()));
    assertIncarnation(1, seen.running());
    assertFalse(first.isDone(), "the first one ended");
  }

  @Test
  void aStoppedAgentIsGone() throws Exception {
    Reviver reviver = reviver();
    CompletableFuture<AgentExit> exit = exitOf(reviver.start(order(1)));
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(agent(), GRACE)));
    assertFalse(reviver.presence(agent()) instanceof Presence.Running, "the agent runs");
    assertFalse(
        reviver().presence(agent()) instanceof Presence.Running,
        "another instance finds it running");
    assertNotNull(get(exit));
  }

  @Test
  void stoppingWithoutGraceKillsAtOnce() throws Exception {
    Reviver reviver = reviver();
    reviver.start(order(1));
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(agent(), Duration.ZERO)));
    assertFalse(reviver.presence(agent()) instanceof Presence.Running);
  }

  @Test
  void stoppingAnAbsentAgentOnlyProvesItsAbsence() throws Exception {
    Reviver reviver = reviver();
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(agent(), GRACE)));
    reviver.start(order(1));
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(agent(), Duration.ZERO)));
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(agent(), Duration.ZERO)));
  }

  /** Applies to revivers that know incarnations. */
  @Test
  void anOrderThatIsTooOldStopsNoAgent() throws Exception {
    Reviver reviver = reviver();
    RunningAgent running = reviver.start(order(3));
    assertIncarnation(3, running);
    StopOutcome outcome = reviver.stop(new StopOrder(agent(), 2, GRACE));
    if (running.incarnation() == 3) {
      assertEquals(new StopOutcome.TooOld(3), outcome);
      assertInstanceOf(Presence.Running.class, reviver.presence(agent()));
      assertFalse(exitOf(running).isDone(), "the agent ended");
    }
    assertInstanceOf(StopOutcome.Gone.class, reviver.stop(new StopOrder(agent(), 3, GRACE)));
    assertFalse(reviver.presence(agent()) instanceof Presence.Running);
  }

  @Test
  void aStoppedOrKilledAgentCanBeStartedAgain() throws Exception {
    Reviver reviver = reviver();
    reviver.start(order(1));
    reviver.stop(StopOrder.anyIncarnation(agent(), Duration.ZERO));
    RunningAgent second = reviver.start(order(2));
    assertIncarnation(2, second);
    kill(second);
    awaitAbsence(reviver);
    reviver.stop(StopOrder.anyIncarnation(agent(), Duration.ZERO));
    RunningAgent third = reviver.start(order(3));
    assertIncarnation(3, third);
    Presence.Running seen = assertInstanceOf(Presence.Running.class, reviver.presence(agent()));
    assertIncarnation(3, seen.running());
    assertFalse(exitOf(third).isDone());
  }

  @Test
  void agentsOutliveTheirReviverAndTheNextOneAdoptsThem() throws Exception {
    Reviver first = reviver();
    RunningAgent started = first.start(order(5));
    first.close();
    Reviver next = reviver();
    Presence.Running adopted = assertInstanceOf(Presence.Running.class, next.presence(agent()));
    assertIncarnation(5, adopted.running());
    CompletableFuture<AgentExit> exit = exitOf(adopted.running());
    kill(started);
    awaitAbsence(next);
    assertNotNull(get(exit));
  }

  @Test
  void theNextReviverCanStopAgentsOfThePreviousOne() throws Exception {
    Reviver first = reviver();
    first.start(order(1));
    first.close();
    Reviver next = reviver();
    assertInstanceOf(
        StopOutcome.Gone.class, next.stop(StopOrder.anyIncarnation(agent(), Duration.ZERO)));
    assertFalse(next.presence(agent()) instanceof Presence.Running);
  }

  @Test
  void anAgentOfAnotherCellIsAnotherAgent() throws Exception {
    Reviver reviver = reviver();
    reviver.start(order(1));
    AgentRef namesake = new AgentRef(new UUID(77, 77), agent().agentId());
    assertFalse(reviver.presence(namesake) instanceof Presence.Running);
    reviver.stop(StopOrder.anyIncarnation(namesake, Duration.ZERO));
    assertInstanceOf(Presence.Running.class, reviver.presence(agent()));
  }

  @Test
  void anImpossibleStartIsAnErrorOrAnEndAndTheAgentDoesNotRun() throws Exception {
    Optional<StartOrder> impossible = impossibleOrder();
    assumeTrue(impossible.isPresent(), "there is no order that cannot be carried out");
    Reviver reviver = reviver();
    try {
      get(exitOf(reviver.start(impossible.get())));
    } catch (IOException e) {
      assertNotNull(e.getMessage(), "reason of the failure");
    }
    assertFalse(reviver.presence(agent()) instanceof Presence.Running);
  }

  @Test
  void concurrentCallsAreSafe() throws Exception {
    Reviver reviver = reviver();
    reviver.start(order(1));
    for (Presence presence : Together.call(() -> reviver.presence(agent()), patience())) {
      assertInstanceOf(Presence.Running.class, presence);
    }
  }

  @Test
  void anInterruptEndsACallOrIsIgnoredAndDoesNoHarm() throws Exception {
    Reviver reviver = reviver();
    reviver.start(order(1));
    Together.interrupted(() -> reviver.presence(agent()), patience());
    assertInstanceOf(Presence.Running.class, reviver.presence(agent()));
    Together.interrupted(() -> reviver.stop(StopOrder.anyIncarnation(agent(), GRACE)), patience());
    assertInstanceOf(
        StopOutcome.Gone.class, reviver.stop(StopOrder.anyIncarnation(agent(), Duration.ZERO)));
  }

  @Test
  void itCanBeClosedTwice() throws Exception {
    Reviver reviver = reviver();
    reviver.close();
    reviver.close();
  }

  private static CompletableFuture<AgentExit> exitOf(RunningAgent running) {
    CompletableFuture<AgentExit> exit = new CompletableFuture<>();
    running
        .exit()
        .whenComplete(
            (value, failure) -> {
              if (failure == null) {
                exit.complete(value);
              } else {
                exit.completeExceptionally(failure);
              }
            });
    return exit;
  }

  private AgentExit get(CompletableFuture<AgentExit> exit) throws InterruptedException {
    try {
      return exit.get(patience().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("the exit was never reported", e);
    } catch (ExecutionException e) {
      throw new AssertionError("an exit cannot fail", e.getCause());
    }
  }

  private void awaitAbsence(Reviver reviver) throws Exception {
    long deadline = System.nanoTime() + patience().toNanos();
    while (reviver.presence(agent()) instanceof Presence.Running running) {
      assertTrue(System.nanoTime() - deadline < 0, "killed, but reported as running");
      CompletableFuture<AgentExit> exit = exitOf(running.running());
      try {
        assertNotNull(exit.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
      } catch (TimeoutException e) {
        assertFalse(exit.isCompletedExceptionally(), "an exit cannot fail");
      } catch (ExecutionException e) {
        throw new AssertionError("an exit cannot fail", e.getCause());
      }
    }
  }
}
