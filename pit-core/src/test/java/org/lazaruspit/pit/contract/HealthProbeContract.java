package org.lazaruspit.pit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;

/**
 * Contract of a {@link HealthProbe}: one test per clause. A subclass makes instances and names
 * agents to probe.
 */
@Timeout(300)
public abstract class HealthProbeContract {

  private final List<HealthProbe> made = new ArrayList<>();

  /** Called by subclasses. */
  protected HealthProbeContract() {}

  /**
   * Makes a configured instance.
   *
   * @return a new instance
   * @throws Exception if it cannot be made
   */
  protected abstract HealthProbe newProbe() throws Exception;

  /**
   * Returns a healthy agent with a heartbeat in the incarnation of the target.
   *
   * @return the agent, in an incarnation of at least 1
   * @throws Exception if it cannot be made
   */
  protected abstract ProbeTarget healthy() throws Exception;

  /**
   * Returns an agent that its registry does not know, other than {@link #healthy}.
   *
   * @return empty, the default, if there is no such case
   * @throws Exception if it cannot be made
   */
  protected Optional<ProbeTarget> unknown() throws Exception {
    return Optional.empty();
  }

  /**
   * Returns an agent whose registry does not answer, other than {@link #healthy} and {@link
   * #unknown}.
   *
   * @return empty, the default, if there is no such case
   * @throws Exception if it cannot be made
   */
  protected Optional<ProbeTarget> unreachable() throws Exception {
    return Optional.empty();
  }

  /**
   * Returns the time limit of each wait.
   *
   * @return 60 s by default
   */
  protected Duration patience() {
    return Duration.ofSeconds(60);
  }

  private HealthProbe probe() throws Exception {
    HealthProbe probe = newProbe();
    made.add(probe);
    return probe;
  }

  private ProbeResult probe(ProbeTarget target) throws Exception {
    return only(probe().probe(List.of(target)), target);
  }

  private static ProbeResult only(List<ProbeResult> results, ProbeTarget target) {
    List<ProbeResult> about =
        results.stream().filter(result -> result.agent().equals(target.agent())).toList();
    assertEquals(1, about.size(), () -> "results about " + target.agent() + ": " + results);
    return about.get(0);
  }

  @AfterEach
  void tearDown() {
    made.forEach(HealthProbe::close);
  }

  @Test
  void itsNameIsStableAndValid() throws Exception {
    Names.check(probe()::name, probe()::name);
  }

  @Test
  void everyTargetGetsExactlyOneResult() throws Exception {
    List<ProbeTarget> targets = new ArrayList<>(List.of(healthy()));
    unknown().ifPresent(targets::add);
    unreachable().ifPresent(targets::add);
    List<ProbeResult> results = probe().probe(List.copyOf(targets));
    targets.forEach(target -> only(results, target));
    assertEquals(targets.size(), results.size(), results::toString);
    for (ProbeResult result : results) {
      assertFalse(result.responseTime().isNegative(), result::toString);
    }
  }

  @Test
  void aHealthyAgentIsProvenHealthyInItsIncarnation() throws Exception {
    ProbeResult result = probe(healthy());
    assertTrue(result.provesHealthy(healthy().incarnation()), result::toString);
  }

  @Test
  void heartbeatsOfAnOlderIncarnationProveNothingAboutANewerOne() throws Exception {
    ProbeTarget healthy = healthy();
    ProbeTarget newer =
        new ProbeTarget(
            healthy.agent(), healthy.key(), healthy.incarnation() + 1, healthy.gateway());
    ProbeResult result = probe(newer);
    assertFalse(result.provesHealthy(newer.incarnation()), result::toString);
  }

  @Test
  void anUnknownAgentIsNeitherHealthyNorDead() throws Exception {
    Optional<ProbeTarget> target = unknown();
    assumeTrue(target.isPresent(), "no agent is unknown");
    assertEquals(Verdict.UNKNOWN, probe(target.get()).verdict());
  }

  @Test
  void aMissingAnswerIsAResult() throws Exception {
    Optional<ProbeTarget> target = unreachable();
    assumeTrue(target.isPresent(), "no agent is unreachable");
    assertEquals(Verdict.UNREACHABLE, probe(target.get()).verdict());
  }

  @Test
  void anUnreachableAgentAffectsNoOtherResult() throws Exception {
    Optional<ProbeTarget> target = unreachable();
    assumeTrue(target.isPresent(), "no agent is unreachable");
    ProbeTarget healthy = healthy();
    ProbeResult result = only(probe().probe(List.of(target.get(), healthy)), healthy);
    assertTrue(result.provesHealthy(healthy.incarnation()), result::toString);
  }

  @Test
  void concurrentCallsAreSafe() throws Exception {
    HealthProbe probe = probe();
    ProbeTarget healthy = healthy();
    for (List<ProbeResult> results :
        Together.call(() -> probe.probe(List.of(healthy)), patience())) {
      assertTrue(only(results, healthy).provesHealthy(healthy.incarnation()), results::toString);
    }
  }

  @Test
  void anInterruptEndsACallOrIsIgnoredAndDoesNoHarm() throws Exception {
    HealthProbe probe = probe();
    ProbeTarget healthy = healthy();
    Together.interrupted(() -> probe.probe(List.of(healthy)), patience());
    ProbeResult result = only(probe.probe(List.of(healthy)), healthy);
    assertTrue(result.provesHealthy(healthy.incarnation()), result::toString);
  }

  @Test
  void registeringTwiceDoesNoHarm() throws Exception {
    HealthProbe probe = probe();
    ProbeTarget healthy = healthy();
    probe.register(healthy);
    probe.register(healthy);
    ProbeResult result = only(probe.probe(List.of(healthy)), healthy);
    assertTrue(result.provesHealthy(healthy.incarnation()), result::toString);
  }

  @Test
  void itCanBeClosedTwice() throws Exception {
    HealthProbe probe = probe();
    probe.close();
    probe.close();
  }
}
