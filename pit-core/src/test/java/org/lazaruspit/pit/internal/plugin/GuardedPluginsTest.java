package org.lazaruspit.pit.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.plugin.PluginCalls.Mode.LIMITED;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StartOrder;
import org.lazaruspit.pit.spi.StopOrder;
import org.lazaruspit.pit.spi.StopOutcome;
import org.lazaruspit.pit.testkit.MemoryReviver;
import org.lazaruspit.pit.testkit.MemoryReviver.World;

/** Plug-ins that break their contract in use. */
@Timeout(60)
final class GuardedPluginsTest {

  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final PluginLimits LIMITS =
      new PluginLimits(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT);
  private static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");
  private static final ProbeTarget TARGET = new ProbeTarget(AGENT, "writer", 1, Optional.empty());

  /** Latch on which hanging calls wait uninterruptibly until the test ends. */
  private final CountDownLatch over = new CountDownLatch(1);

  private final Semaphore hanging = new Semaphore(0);

  @AfterEach
  void endHangingCalls() {
    over.countDown();
  }

  private void hang() {
    hanging.release();
    boolean interrupted = false;
    while (true) {
      try {
        over.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static FencedReviver guarded(Reviver reviver) {
    return new GuardedReviver(reviver, "memory", LIMITS, LIMITED);
  }

  private static Reviver answering(PluginCalls.Call<Presence> answer) {
    return guarded(
        new MemoryReviver(new World()) {
          @Override
          public Presence presence(AgentRef agent) throws IOException, InterruptedException {
            return answer.run();
          }
        });
  }

  private static String presenceFails(PluginCalls.Call<Presence> answer) {
    Reviver reviver = answering(answer);
    return assertThrows(IOException.class, () -> reviver.presence(AGENT)).getMessage();
  }

  private static StartOrder order() {
    return new StartOrder(
        AGENT,
        1,
        Path.of("cell"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Path.of("log"));
  }

  /** A default method without a guard would hide the method of the plug-in. */
  @Test
  void everyCallOfAPluginPassesItsGuard() throws Exception {
    Map<Class<?>, Class<?>> guards =
        Map.of(
            Reviver.class, GuardedReviver.class,
            HealthProbe.class, GuardedProbe.class,
            CellOwnership.class, GuardedOwnership.class);
    for (Map.Entry<Class<?>, Class<?>> guard : guards.entrySet()) {
      for (Method method : guard.getKey().getMethods()) {
        if (!method.getName().equals("configured")) { // called before the guard exists
          assertEquals(
              guard.getValue(),
              guard
                  .getValue()
                  .getMethod(method.getName(), method.getParameterTypes())
                  .getDeclaringClass(),
              method::toString);
        }
      }
    }
  }

  @Test
  void aReviverIsCalledForEachClaimedCell() throws Exception {
    Map<UUID, Path> claimed = new HashMap<>();
    Reviver reviver =
        guarded(
            new MemoryReviver(new World()) {
              @Override
              public void claimed(UUID cellId, Path cellDirectory) {
                claimed.put(cellId, cellDirectory);
              }
            });
    reviver.claimed(AGENT.cellId(), Path.of("cell"));
    assertEquals(Map.of(AGENT.cellId(), Path.of("cell")), claimed);
  }

  @Test
  void anExceptionOfAReviverNamesItAndTheCall() {
    assertEquals(
        "reviver memory: presence threw java.lang.AbstractMethodError: presence",
        presenceFails(
            () -> {
              throw new AbstractMethodError("presence");
            }));
    assertEquals(
        "reviver memory: presence threw java.lang.NoClassDefFoundError: theirs/Gone",
        presenceFails(
            () -> {
              throw new NoClassDefFoundError("theirs/Gone");
            }));
    assertEquals(
        "reviver memory: presence threw java.lang.IllegalStateException: oh",
        presenceFails(
            () -> {
              throw new IllegalStateException("oh");
            }));
    assertEquals("reviver memory: presence returned null", presenceFails(() -> null));
    assertEquals(
        "disk gone",
        presenceFails(
            () -> {
              throw new IOException("disk gone");
            }));
  }

  @Test
  void anInterruptedExceptionOfAReviverDoesNotEndTheLoop() {
    assertEquals(
        "reviver memory: presence threw java.lang.InterruptedException: made up",
        presenceFails(
            () -> {
              throw new InterruptedException("made up");
            }));
  }

  @Test
  void fatalErrorsAreRethrown() {
    Reviver reviver =
        answering(
            () -> {
              throw new OutOfMemoryError("pretended");
            });
    assertThrows(OutOfMemoryError.class, () -> reviver.presence(AGENT));
  }

  @Test
  void anIncarnationOutsideOfTheRangeIsAFaultOfThePlugin() throws Exception {
    assertEquals(
        "reviver memory: presence threw java.lang.IllegalArgumentException:"
            + " incarnation: 1000000001 is not a whole number from 0 to 1000000000",
        presenceFails(
            () ->
                new Presence.Running(
                    new RunningAgent(AGENT, 1_000_000_001, "x", new CompletableFuture<>()))));
    Reviver stopping =
        guarded(
            new MemoryReviver(new World()) {
              @Override
              public StopOutcome stop(StopOrder order) {
                return new StopOutcome.TooOld(Long.MAX_VALUE);
              }
            });
    StopOrder order = StopOrder.anyIncarnation(AGENT, Duration.ZERO);
    String message = assertThrows(IOException.class, () -> stopping.stop(order)).getMessage();
    assertTrue(message.startsWith("reviver memory: stop threw "), message);
  }

  @Test
  void aResultAboutAnotherAgentIsRefused() {
    AgentRef other = new AgentRef(new UUID(9, 9), "other");
    assertEquals(
        "reviver memory: presence of " + AGENT + " returned a result about " + other,
        presenceFails(
            () -> new Presence.Running(new RunningAgent(other, 1, "", new CompletableFuture<>()))));
  }

  @Test
  void aFailedExitStageIsNoExitAndEqualStagesStayEqual() throws Exception {
    CompletableFuture<AgentExit> theirs = new CompletableFuture<>();
    Reviver reviver = answering(() -> new Presence.Running(new RunningAgent(AGENT, 1, "", theirs)));
    RunningAgent one = ((Presence.Running) reviver.presence(AGENT)).running();
    RunningAgent two = ((Presence.Running) reviver.presence(AGENT)).running();
    assertSame(one.exit(), two.exit());
    theirs.completeExceptionally(new IllegalStateException("lost it"));
    assertFalse(one.exit().toCompletableFuture().isDone());
  }

  @Test
  void anExitIsForwarded() throws Exception {
    World world = new World();
    Reviver reviver = guarded(new MemoryReviver(world));
    RunningAgent running = reviver.start(order());
    world.kill(AGENT);
    assertEquals(
        new AgentExit(Instant.EPOCH, "killed"), running.exit().toCompletableFuture().join());
  }

  @Test
  void aHangingCallIsAbandonedAndTheNextGetsAnotherThread() throws Exception {
    Semaphore first = new Semaphore(1);
    Reviver reviver =
        answering(
            () -> {
              if (first.tryAcquire()) {
                hang();
              }
              return new Presence.Absent("not there");
            });
    assertEquals(
        "reviver memory: presence did not return within 1.0 s; abandoned",
        assertThrows(IOException.class, () -> reviver.presence(AGENT)).getMessage());
    assertInstanceOf(Presence.Absent.class, reviver.presence(AGENT));
  }

  @Tag("full")
  @Test
  void aPluginThatHangsTooOftenIsNotCalledUntilItsCallsReturn() throws Exception {
    Reviver reviver =
        answering(
            () -> {
              hang();
              return new Presence.Absent("not there");
            });
    for (int i = 0; i < PluginCalls.MAX_ABANDONED; i++) {
      assertThrows(IOException.class, () -> reviver.presence(AGENT));
    }
    assertEquals(
        "reviver memory: 8 calls have not returned; presence is not called",
        assertThrows(IOException.class, () -> reviver.presence(AGENT)).getMessage());
    assertEquals(PluginCalls.MAX_ABANDONED, hanging.availablePermits());
    over.countDown();
    while (true) {
      try {
        assertInstanceOf(Presence.Absent.class, reviver.presence(AGENT));
        break;
      } catch (IOException e) {
        Thread.onSpinWait(); // until the calls have returned
      }
    }
  }

  @Test
  void anAgentWhoseStartHangsIsNeitherStoppedNorStartedBesideIt() throws Exception {
    Reviver reviver =
        guarded(
            new MemoryReviver(new World()) {
              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                hang();
                return super.start(order);
              }
            });
    assertThrows(IOException.class, () -> reviver.start(order()));
    String busy = "reviver memory: the last call for this agent has not returned";
    assertEquals(
        busy,
        assertThrows(
                IOException.class,
                () -> reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ZERO)))
            .getMessage());
    assertEquals(busy, assertThrows(IOException.class, () -> reviver.start(order())).getMessage());
    assertInstanceOf(Presence.Absent.class, reviver.presence(AGENT));
  }

  /** A pit suspended on the way to the plug-in's thread fails the check there. */
  @Test
  void theFenceIsCheckedOnTheActingThreadAndAClosedFenceStopsTheAct() throws Exception {
    List<Thread> checked = new CopyOnWriteArrayList<>();
    List<Thread> acted = new CopyOnWriteArrayList<>();
    FencedReviver reviver =
        guarded(
            new MemoryReviver(new World()) {
              @Override
              public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
                acted.add(Thread.currentThread());
                return super.stop(order);
              }

              @Override
              public RunningAgent start(StartOrder order) throws IOException, InterruptedException {
                acted.add(Thread.currentThread());
                return super.start(order);
              }
            });
    FencedReviver.Fence open = () -> checked.add(Thread.currentThread());
    StopOrder stop = StopOrder.anyIncarnation(AGENT, Duration.ZERO);
    reviver.start(order(), open);
    reviver.stop(stop, open);
    assertEquals(2, acted.size());
    assertEquals(acted, checked);
    FencedReviver.Fence closed =
        () -> {
          throw new IOException("not owned");
        };
    assertEquals(
        "not owned",
        assertThrows(IOException.class, () -> reviver.start(order(), closed)).getMessage());
    assertEquals(
        "not owned",
        assertThrows(IOException.class, () -> reviver.stop(stop, closed)).getMessage());
    assertEquals(2, acted.size());
  }

  @Test
  void aPluginWhoseHangingCallsFailIsCalledAgain() throws Exception {
    Duration moment = Duration.ofMillis(20);
    Reviver reviver =
        new GuardedReviver(
            new MemoryReviver(new World()) {
              @Override
              public Presence presence(AgentRef agent) throws IOException, InterruptedException {
                hang();
                if (hanging.availablePermits() <= PluginCalls.MAX_ABANDONED) {
                  throw new IllegalStateException("broken");
                }
                return super.presence(agent);
              }
            },
            "memory",
            new PluginLimits(moment, moment, moment, moment, moment, moment),
            LIMITED);
    for (int i = 0; i < PluginCalls.MAX_ABANDONED; i++) {
      assertThrows(IOException.class, () -> reviver.presence(AGENT));
    }
    over.countDown();
    while (true) {
      try {
        assertInstanceOf(Presence.Absent.class, reviver.presence(AGENT));
        break;
      } catch (IOException e) {
        Thread.onSpinWait(); // until the calls have failed
      }
    }
  }

  @Test
  void anAbandonedCallIsInterruptedAndDoesNotDelayTheEndOfTheProgram() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(2);
    Semaphore daemons = new Semaphore(0);
    Reviver reviver =
        answering(
            () -> {
              if (Thread.currentThread().isDaemon()) {
                daemons.release();
              }
              try {
                over.await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return new Presence.Absent("");
            });
    assertThrows(IOException.class, () -> reviver.presence(AGENT));
    Thread us = Thread.currentThread();
    Thread other =
        new Thread(
            () -> {
              daemons.acquireUninterruptibly(2);
              us.interrupt();
            });
    other.start();
    assertThrows(InterruptedException.class, () -> reviver.presence(AGENT));
    assertFalse(Thread.interrupted());
    assertTrue(interrupted.await(30, TimeUnit.SECONDS));
  }

  @Test
  void anInterruptedCallerDoesNotWait() {
    Reviver reviver =
        answering(
            () -> {
              hang();
              return new Presence.Absent("");
            });
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> reviver.presence(AGENT));
    assertFalse(Thread.interrupted());
  }

  /** Limits that are too short without the additions for grace and gateways. */
  private static PluginLimits tight() {
    Duration least = Duration.ofMillis(100);
    return new PluginLimits(least, SHORT, SHORT, least, SHORT, SHORT);
  }

  private static void delay() {
    LockSupport.parkNanos(Duration.ofMillis(400).toNanos());
  }

  @Test
  void aStopMayTakeItsGraceAndTheAgentIsFreeForTheNextActThen() throws Exception {
    Reviver reviver =
        new GuardedReviver(
            new MemoryReviver(new World()) {
              @Override
              public StopOutcome stop(StopOrder order) throws IOException, InterruptedException {
                delay();
                return super.stop(order);
              }
            },
            "memory",
            tight(),
            LIMITED);
    reviver.start(order());
    assertInstanceOf(
        StopOutcome.Gone.class,
        reviver.stop(StopOrder.anyIncarnation(AGENT, Duration.ofSeconds(50))));
    assertEquals(1, reviver.start(order()).incarnation());
  }

  @Test
  void aProbeOfManyGatewaysHasTheLimitsOfAllOfThem() throws Exception {
    HealthProbe probe =
        new GuardedProbe(
            new HealthProbe() {
              @Override
              public String name() {
                return "theirs";
              }

              @Override
              public List<ProbeResult> probe(List<ProbeTarget> targets) {
                delay();
                return targets.stream()
                    .map(it -> ProbeResult.of(it, Verdict.HEALTHY, "", Duration.ZERO))
                    .toList();
              }

              @Override
              public void register(ProbeTarget target) {}
            },
            "theirs",
            tight(),
            LIMITED);
    List<ProbeTarget> targets = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      GatewayAddress gateway = new GatewayAddress("g" + i, URI.create("http://h" + i), null);
      targets.add(new ProbeTarget(AGENT, "writer", 1, Optional.of(gateway)));
    }
    assertEquals(Verdict.HEALTHY, probe.probe(targets).get(0).verdict());
  }

  @Test
  void anExitStageWithoutAValueIsAnExit() throws Exception {
    CompletableFuture<AgentExit> theirs = new CompletableFuture<>();
    Reviver reviver = answering(() -> new Presence.Running(new RunningAgent(AGENT, 1, "", theirs)));
    RunningAgent running = ((Presence.Running) reviver.presence(AGENT)).running();
    theirs.complete(null);
    assertEquals("it ended", running.exit().toCompletableFuture().join().detail());
  }

  @Test
  void aCloseThatThrowsOrHangsDelaysNoOther() {
    guarded(
            new MemoryReviver(new World()) {
              @Override
              public void close() {
                throw new IllegalStateException("not now");
              }
            })
        .close();
    Reviver reviver =
        guarded(
            new MemoryReviver(new World()) {
              @Override
              public void close() {
                hang();
              }
            });
    reviver.close();
    assertEquals(1, hanging.availablePermits());
  }

  private static HealthProbe probe(PluginCalls.Call<List<ProbeResult>> answer) {
    HealthProbe probe =
        new HealthProbe() {
          @Override
          public String name() {
            return "theirs";
          }

          @Override
          public List<ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException {
            try {
              return answer.run();
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          }

          @Override
          public void register(ProbeTarget target) {
            throw new IncompatibleClassChangeError("register");
          }

          @Override
          public void heartbeat(ProbeTarget target, String heartbeat) {
            throw new IncompatibleClassChangeError(heartbeat);
          }

          @Override
          public Listening listen(GatewayAddress gateway, Runnable news) {
            throw new IncompatibleClassChangeError("listen");
          }
        };
    return new GuardedProbe(probe, "theirs", LIMITS, LIMITED);
  }

  @Test
  void aFailingOrHangingProbeIsUnreachableWithAReason() throws Exception {
    ProbeResult broken =
        probe(
                () -> {
                  throw new AbstractMethodError("probe");
                })
            .probe(List.of(TARGET))
            .get(0);
    assertEquals(Verdict.UNREACHABLE, broken.verdict());
    assertEquals(
        "health probe theirs: probe threw java.lang.AbstractMethodError: probe", broken.detail());
    ProbeResult late =
        probe(
                () -> {
                  hang();
                  return List.of();
                })
            .probe(List.of(TARGET))
            .get(0);
    assertEquals(
        "health probe theirs: probe did not return within 1.0 s; abandoned", late.detail());
    assertEquals(Verdict.UNREACHABLE, probe(() -> null).probe(List.of(TARGET)).get(0).verdict());
    ProbeResult well = ProbeResult.of(TARGET, Verdict.HEALTHY, "", Duration.ZERO);
    assertEquals(List.of(well), probe(() -> Arrays.asList(null, well)).probe(List.of(TARGET)));
    assertEquals(
        "health probe theirs: register threw" + " java.lang.IncompatibleClassChangeError: register",
        assertThrows(IOException.class, () -> probe(List::of).register(TARGET)).getMessage());
  }

  @Test
  void aGatewayThatAProbeCannotListenToIsPolled() {
    HealthProbe probe = probe(List::of);
    assertEquals(
        "health probe theirs: heartbeat threw" + " java.lang.IncompatibleClassChangeError: {}",
        assertThrows(IOException.class, () -> probe.heartbeat(TARGET, "{}")).getMessage());
    GatewayAddress gateway = new GatewayAddress("g", URI.create("http://h"), null);
    probe.listen(gateway, () -> {}).close();
  }

  private static final class Claimed implements CellOwnership.Claim {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Semaphore once = new Semaphore(1);

    @Override
    public long epoch() {
      assertTrue(once.tryAcquire(), "called a second time");
      return 7;
    }

    @Override
    public boolean held() {
      throw new NoSuchMethodError("held");
    }

    @Override
    public boolean wantedElsewhere() {
      throw new NoSuchMethodError("wantedElsewhere");
    }

    @Override
    public void close() {
      closed.countDown();
      throw new IllegalStateException("not now");
    }
  }

  private static CellOwnership ownership(PluginCalls.Call<Optional<CellOwnership.Claim>> answer) {
    CellOwnership ownership =
        new CellOwnership() {
          @Override
          public String name() {
            return "theirs";
          }

          @Override
          public Optional<Claim> claim(UUID cellId, Path directory) throws IOException {
            try {
              return answer.run();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    return new GuardedOwnership(ownership, "theirs", LIMITS, LIMITED);
  }

  @Test
  void aFailingClaimIsNotOwned() throws Exception {
    CellOwnership.Claim claim =
        ownership(() -> Optional.of(new Claimed()))
            .claim(AGENT.cellId(), Path.of("cell"))
            .orElseThrow();
    assertEquals(7, claim.epoch());
    assertEquals(7, claim.epoch());
    assertFalse(claim.held());
    assertFalse(claim.wantedElsewhere());
    claim.close();
    String message =
        assertThrows(
                IOException.class,
                () -> ownership(() -> null).claim(AGENT.cellId(), Path.of("cell")))
            .getMessage();
    assertTrue(
        message.startsWith("cell ownership theirs: claim threw java.lang.NullPointerException"),
        message);
  }

  @Test
  void aLateClaimIsReleased() throws Exception {
    Claimed late = new Claimed();
    CellOwnership ownership =
        ownership(
            () -> {
              hang();
              return Optional.of(late);
            });
    assertThrows(IOException.class, () -> ownership.claim(AGENT.cellId(), Path.of("cell")));
    over.countDown();
    assertTrue(late.closed.await(30, TimeUnit.SECONDS));
  }
}
