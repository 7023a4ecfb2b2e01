package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.contract.HealthProbeContract;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.lazaruspit.pit.testkit.Contracts;

/** The contract finds the fault of each of its clauses. */
final class ProbeContractCatchesTest {

  /** Probe for the next run of the contract. */
  private static Supplier<HealthProbe> next = Right::new;

  /** Run by these tests only; its name keeps Surefire from finding it. */
  static final class Run extends HealthProbeContract {

    @Override
    protected HealthProbe newProbe() {
      return next.get();
    }

    private static ProbeTarget target(String id) {
      return new ProbeTarget(new AgentRef(new UUID(1, 1), id), id, 3, Optional.empty());
    }

    @Override
    protected ProbeTarget healthy() {
      return target("well");
    }

    @Override
    protected Optional<ProbeTarget> unknown() {
      return Optional.of(target("unknown"));
    }

    @Override
    protected Optional<ProbeTarget> unreachable() {
      return Optional.of(target("far"));
    }
  }

  /** Correct in all clauses: knows "well", cannot reach "far". */
  private static class Right implements HealthProbe {

    @Override
    public String name() {
      return "right";
    }

    @Override
    public List<ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException {
      return targets.stream().map(this::ask).toList();
    }

    ProbeResult ask(ProbeTarget target) {
      return switch (target.key()) {
        case "well" -> new ProbeResult(target.agent(), Verdict.HEALTHY, 3, true, "", Duration.ZERO);
        case "far" -> ProbeResult.of(target, Verdict.UNREACHABLE, "far away", Duration.ZERO);
        default -> ProbeResult.of(target, Verdict.UNKNOWN, "not known", Duration.ZERO);
      };
    }
  }

  private static final Map<String, Supplier<HealthProbe>> FAULTS = new TreeMap<>();

  private static void fault(String clause, Supplier<HealthProbe> made) {
    FAULTS.put(clause, made);
  }

  static {
    fault(
        "itsNameIsStableAndValid",
        () ->
            new Right() {
              @Override
              public String name() {
                return "Not Right";
              }
            });
    fault(
        "everyTargetGetsExactlyOneResult",
        () ->
            new Right() {
              @Override
              public List<ProbeResult> probe(List<ProbeTarget> targets) {
                List<ProbeResult> results = new ArrayList<>(List.of(ask(Run.target("neighbour"))));
                targets.forEach(target -> results.add(ask(target)));
                return results;
              }
            });
    fault(
        "aHealthyAgentIsProvenHealthyInItsIncarnation",
        () ->
            new Right() {
              @Override
              ProbeResult ask(ProbeTarget target) {
                return ProbeResult.of(target, super.ask(target).verdict(), "", Duration.ZERO);
              }
            });
    fault(
        "heartbeatsOfAnOlderIncarnationProveNothingAboutANewerOne",
        () ->
            new Right() {
              @Override
              ProbeResult ask(ProbeTarget target) {
                return new ProbeResult(
                    target.agent(),
                    super.ask(target).verdict(),
                    target.incarnation(),
                    true,
                    "",
                    Duration.ZERO);
              }
            });
    fault("anUnknownAgentIsNeitherHealthyNorDead", () -> answering("unknown", Verdict.UNHEALTHY));
    fault("aMissingAnswerIsAResult", () -> answering("far", Verdict.UNHEALTHY));
    fault(
        "anUnreachableAgentAffectsNoOtherResult",
        () ->
            new Right() {
              @Override
              public List<ProbeResult> probe(List<ProbeTarget> targets) {
                boolean far = targets.stream().anyMatch(target -> target.key().equals("far"));
                return targets.stream()
                    .map(target -> far ? ask(Run.target("far"), target) : ask(target))
                    .toList();
              }

              private ProbeResult ask(ProbeTarget instead, ProbeTarget target) {
                return ProbeResult.of(target, ask(instead).verdict(), "", Duration.ZERO);
              }
            });
    fault("concurrentCallsAreSafe", OneThread::new);
    fault(
        "anInterruptEndsACallOrIsIgnoredAndDoesNoHarm",
        () ->
            new Right() {
              @Override
              public List<ProbeResult> probe(List<ProbeTarget> targets)
                  throws InterruptedException {
                if (Thread.currentThread().isInterrupted()) {
                  throw new IllegalStateException("disturbed");
                }
                return super.probe(targets);
              }
            });
    fault(
        "registeringTwiceDoesNoHarm",
        () ->
            new Right() {
              private boolean registered;

              @Override
              public void register(ProbeTarget target) throws IOException {
                if (registered) {
                  throw new IOException("is registered");
                }
                registered = true;
              }
            });
    fault(
        "itCanBeClosedTwice",
        () ->
            new Right() {
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

  private static HealthProbe answering(String key, Verdict verdict) {
    return new Right() {
      @Override
      ProbeResult ask(ProbeTarget target) {
        return target.key().equals(key)
            ? ProbeResult.of(target, verdict, "", Duration.ZERO)
            : super.ask(target);
      }
    };
  }

  /** The first caller waits for a second one, whose call fails. */
  private static final class OneThread extends Right {
    private final AtomicInteger inside = new AtomicInteger();
    private final CountDownLatch second = new CountDownLatch(1);
    private final Thread maker = Thread.currentThread();

    @Override
    public List<ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException {
      if (Thread.currentThread().equals(maker)) {
        return super.probe(targets);
      }
      if (inside.incrementAndGet() > 1) {
        second.countDown();
        throw new IllegalStateException("two at once");
      }
      if (!second.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no second caller");
      }
      return super.probe(targets);
    }
  }

  @Test
  void aCorrectPluginBreaksNoClause() {
    next = Right::new;
    assertEquals(Set.of(), Contracts.brokenBy(Run.class));
  }

  @Test
  void everyClauseIsBrokenByAFaultAndFound() {
    assertEquals(Contracts.clausesOf(HealthProbeContract.class), new TreeSet<>(FAULTS.keySet()));
    FAULTS.forEach(
        (clause, made) -> {
          next = made;
          Set<String> broken = Contracts.brokenBy(Run.class);
          assertTrue(broken.contains(clause), () -> clause + " holds, broken are " + broken);
        });
  }
}
