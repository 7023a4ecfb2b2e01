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
 * What a {@link HealthProbe} has to keep to. Extend it and say how an instance is made and whom it
 * can be asked about; every test is one clause.
 */
@Timeout(300)
public abstract class HealthProbeContract {

  private final List<HealthProbe> made = new ArrayList<>();

  /** For subclasses. */
  protected HealthProbeContract() {}

  /**
   * A configured instance.
   *
   * @return a new instance
   * @throws Exception if it cannot be made
   */
  protected abstract HealthProbe newProbe() throws Exception;

  /**
   * An agent that is well and has been heard in the incarnation that the target tells.
   *
   * @return the agent, in an incarnation of at least 1
   * @throws Exception if there is none
   */
  protected abstract ProbeTarget healthy() throws Exception;

  /**
   * An agent of which whoever is asked knows nothing; another one than {@link #healthy}.
   *
   * @return empty, the default, where there is no such thing
   * @throws Exception if there is none
   */
  protected Optional<ProbeTarget> unknown() throws Exception {
    return Optional.empty();
  }

  /**
   * An agent about which nobody answers; another one than {@link #healthy} and {@link #unknown}.
   *
   * @return empty, the default, where there is no such thing
   * @throws Exception if there is none
   */
  protected Optional<ProbeTarget> unreachable() throws Exception {
    return Optional.empty();
  }

  /**
   * How long to wait for what has to happen.
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

  private ProbeResult ask(ProbeTarget target) throws Exception {
    return only(probe().probe(List.of(target)), target);
  }

  private static ProbeResult only(List<ProbeResult> results, ProbeTarget target) {
    List<ProbeResult> about =
        results.stream().filter(result -> result.agent().equals(target.agent())).toList();
    assertEquals(1, about.size(), () -> "results about " + target.agent() + ": " + results);
    return about.get(0);
  }

  @AfterEach
  void letGo() {
    made.forEach(HealthProbe::close);
  }

  @Test
  void itsNameIsStableAndCanBeUsed() throws Exception {
    Names.check(probe()::name, probe()::name);
  }

  @Test
  void everyTargetGetsOneResultAndNobodyElse() throws Exception {
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
  void whoIsWellIsProvenHealthyInItsIncarnation() throws Exception {
    ProbeResult result = ask(healthy());
    assertTrue(result.provesHealthy(healthy().incarnation()), result::toString);
  }

  @Test
  void whatAnOlderIncarnationHasSentProvesNothingOfANewerOne() throws Exception {
    ProbeTarget well = healthy();
    ProbeTarget newer =
        new ProbeTarget(well.agent(), well.key(), well.incarnation() + 1, well.gateway());
    ProbeResult result = ask(newer);
    assertFalse(result.provesHealthy(newer.incarnation()), result::toString);
  }

  @Test
  void whoIsNotKnownIsNeitherWellNorDead() throws Exception {
    Optional<ProbeTarget> target = unknown();
    assumeTrue(target.isPresent(), "everybody is known");
    assertEquals(Verdict.UNKNOWN, ask(target.get()).verdict());
  }

  @Test
  void thatNobodyAnswersIsAResult() throws Exception {
    Optional<ProbeTarget> target = unreachable();
    assumeTrue(target.isPresent(), "somebody always answers");
    assertEquals(Verdict.UNREACHABLE, ask(target.get()).verdict());
  }

  @Test
  void whoCannotBeReachedSpoilsNoOther() throws Exception {
    Optional<ProbeTarget> target = unreachable();
    assumeTrue(target.isPresent(), "somebody always answers");
    ProbeTarget well = healthy();
    ProbeResult result = only(probe().probe(List.of(target.get(), well)), well);
    assertTrue(result.provesHealthy(well.incarnation()), result::toString);
  }

  @Test
  void manyThreadsMayAskAtOnce() throws Exception {
    HealthProbe probe = probe();
    ProbeTarget well = healthy();
    for (List<ProbeResult> results : Together.call(() -> probe.probe(List.of(well)), patience())) {
      assertTrue(only(results, well).provesHealthy(well.incarnation()), results::toString);
    }
  }

  @Test
  void anInterruptEndsACallOrIsOverlookedAndHarmsNobody() throws Exception {
    HealthProbe probe = probe();
    ProbeTarget well = healthy();
    Together.interrupted(() -> probe.probe(List.of(well)), patience());
    ProbeResult result = only(probe.probe(List.of(well)), well);
    assertTrue(result.provesHealthy(well.incarnation()), result::toString);
  }

  @Test
  void registeringWhoIsRegisteredDoesNoHarm() throws Exception {
    HealthProbe probe = probe();
    ProbeTarget well = healthy();
    probe.register(well);
    probe.register(well);
    ProbeResult result = only(probe.probe(List.of(well)), well);
    assertTrue(result.provesHealthy(well.incarnation()), result::toString);
  }

  @Test
  void itCanBeClosedTwice() throws Exception {
    HealthProbe probe = probe();
    probe.close();
    probe.close();
  }
}
