package org.lazaruspit.pit.internal.revival;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.ledger.AgentHistory;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;

/**
 * Decides the next step of a revival, with the reason. Pure: no clock, no disk, no thread.
 *
 * <p>Back-off is exponential with full jitter: uniform between zero and the exponential ceiling, so
 * that agents that died together are not revived together (Brooker, "Exponential Backoff And
 * Jitter", 2015). The jitter is computed from the revival's id and the attempt, so that a restarted
 * pit computes the same instant.
 */
public final class RevivalPlanner {

  static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  static final Duration LONGEST_DELAY = Duration.ofMinutes(5);

  /** Time for an approval to be given, and then to be used. */
  static final Duration APPROVAL_LIFE = Duration.ofHours(24);

  /** An agent that dies again within this time is in a loop, even if it was healthy. */
  static final Duration SHORT_LIFE = Duration.ofMinutes(1);

  private static final int STARTS_WITH_NEWEST = 2;
  private static final int STARTS_WITH_PREVIOUS = 1;

  private RevivalPlanner() {}

  /**
   * Facts for a decision.
   *
   * @param revival the open revival
   * @param history the history of its agent
   * @param blocker the blocker of its agent
   * @param policy the policy {@code auto_revive}
   * @param maxRetries attempts after the first
   * @param window the time within which automatic revivals are counted
   */
  record Situation(
      Revival revival,
      AgentHistory history,
      Optional<RevivalBlocker> blocker,
      AutoRevive policy,
      int maxRetries,
      Duration window) {

    /** Returns the reason to supersede the request, approved or not; empty to keep it. */
    Optional<String> supersedeReason() {
      return switch (revival.origin()) {
        case DEATH -> blocker.map(RevivalBlocker::reason).or(this::policyChanged);
        // An operator's order revives in an overdue mission too.
        case OPERATOR ->
            blocker
                .filter(found -> found.kind() != RevivalBlocker.Kind.OVERDUE)
                .map(RevivalBlocker::reason);
        case HANDOVER -> noLongerQuarantined();
      };
    }

    /** A change of the policy supersedes a request that has no approval. */
    private Optional<String> policyChanged() {
      boolean waits = revival.status() == RevivalStatus.PENDING_APPROVAL;
      AutoRevive requestedUnder = waits ? AutoRevive.ASK : AutoRevive.YES;
      return revival.approvedAt().isPresent() || policy == requestedUnder
          ? Optional.empty()
          : Optional.of("auto_revive is now " + policy.wireName() + ": decided anew");
    }

    /** Tasks are handed over only from a quarantined agent of an active mission. */
    private Optional<String> noLongerQuarantined() {
      if (blocker.filter(found -> found.kind() == RevivalBlocker.Kind.QUARANTINED).isPresent()) {
        return Optional.empty();
      }
      return Optional.of(
          blocker
              .filter(
                  found ->
                      found.kind() == RevivalBlocker.Kind.MISSION
                          || found.kind() == RevivalBlocker.Kind.KEY)
              .map(RevivalBlocker::reason)
              .orElse("its agent is no longer quarantined"));
    }
  }

  /** Next step of one open revival. */
  sealed interface Decision {
    /** Returns the reason, for people. */
    String why();

    /** Begins this attempt now. */
    record Begin(int attempt) implements Decision {
      @Override
      public String why() {
        return "attempt " + attempt + " may begin";
      }
    }

    /** Hands the tasks over now. */
    record HandOver() implements Decision {
      @Override
      public String why() {
        return "its tasks may be handed over";
      }
    }

    /** Waits until that instant. */
    record Wait(Instant until, String why) implements Decision {}

    /** Quarantines the agent: every allowed attempt has failed. */
    record Quarantine(String why) implements Decision {}

    /** Ends the request; a later round may request anew. */
    record Supersede(String why) implements Decision {}

    /** Does nothing: an operator, or the attempt under way, acts next. */
    record Leave(String why) implements Decision {}
  }

  static Decision next(Situation situation, Instant now) {
    Revival revival = situation.revival();
    return switch (revival.status()) {
      case PENDING -> isHandOver(revival) ? handOver(situation, now) : pending(situation, now);
      case PENDING_APPROVAL -> awaitingApproval(situation, now);
      case REVIVING, VERIFYING -> new Decision.Leave("attempt " + revival.attempt() + " runs");
      case REVIVED, FAILED, DENIED, DECLINED, SUPERSEDED -> new Decision.Leave("has ended");
    };
  }

  private static boolean isHandOver(Revival revival) {
    return revival.origin() == Revival.Origin.HANDOVER;
  }

  private static Decision handOver(Situation situation, Instant now) {
    if (situation.supersedeReason().isPresent()) {
      return new Decision.Supersede(situation.supersedeReason().get());
    }
    return approvalExpired(situation.revival(), now)
        ? new Decision.Supersede("its approval was not used within 24 h")
        : new Decision.HandOver();
  }

  private static Decision awaitingApproval(Situation situation, Instant now) {
    Revival revival = situation.revival();
    if (situation.supersedeReason().isPresent()) {
      return new Decision.Supersede(situation.supersedeReason().get());
    }
    return expired(revival.requestedAt(), now)
        ? new Decision.Supersede("no approval within 24 h")
        : new Decision.Leave("waits for approval");
  }

  private static Decision pending(Situation situation, Instant now) {
    Revival revival = situation.revival();
    int done = revival.attempt();
    if (done > situation.maxRetries()) {
      return new Decision.Quarantine(
          "attempt " + done + " of " + (situation.maxRetries() + 1) + " failed");
    }
    if (situation.supersedeReason().isPresent()) {
      return new Decision.Supersede(situation.supersedeReason().get());
    }
    if (done == 0 && approvalExpired(revival, now)) {
      return new Decision.Supersede("its approval was not used within 24 h");
    }
    return done == 0 ? first(situation, now) : retry(revival, now);
  }

  /** Begins at once, or backs off if the agent was revived only just before. */
  private static Decision first(Situation situation, Instant now) {
    Revival revival = situation.revival();
    int returns = situation.history().returns(revival.requestedAt(), situation.window());
    boolean loops =
        revival.origin() == Revival.Origin.DEATH
            && returns > 0
            && situation
                .history()
                .lifeBefore(revival)
                .filter(life -> life.compareTo(SHORT_LIFE) < 0)
                .isPresent();
    return loops
        ? waitUntil(revival, returns, revival.requestedAt(), "died again", now)
        : new Decision.Begin(1);
  }

  private static Decision retry(Revival revival, Instant now) {
    int done = revival.attempt();
    String why = "attempt " + done + " failed";
    return waitUntil(revival, done, revival.changedAt(), why, now);
  }

  private static Decision waitUntil(
      Revival revival, int failures, Instant since, String why, Instant now) {
    Instant earliest = since.plus(backOff(revival.id(), failures));
    // A clock set back must not extend the wait.
    boolean clockWentBack = now.isBefore(since);
    return now.isBefore(earliest) && !clockWentBack
        ? new Decision.Wait(earliest, why + ", backs off until " + earliest)
        : new Decision.Begin(revival.attempt() + 1);
  }

  private static boolean approvalExpired(Revival revival, Instant now) {
    return revival.approvedAt().filter(at -> expired(at, now)).isPresent();
  }

  public static boolean expired(Instant since, Instant now) {
    return Duration.between(since, now).compareTo(APPROVAL_LIFE) >= 0;
  }

  static Duration backOff(String revival, int failures) {
    long ceiling = LONGEST_DELAY.toMillis();
    int doublings = Math.min(failures - 1, 20);
    ceiling = Math.min(ceiling, FIRST_DELAY.toMillis() << doublings);
    long seed = revival.hashCode() * 31L + failures;
    return Duration.ofMillis(new SplittableRandom(seed).nextLong(ceiling + 1));
  }

  /**
   * Chooses a checkpoint: the newest valid one for two starts, then the previous one for one start,
   * then none. Failures count per checkpoint, not per death, so that a checkpoint that kills its
   * agent is recognized at the next death.
   *
   * @param failedStarts failed starts with each valid checkpoint, newest first
   * @return the position in that list; -1 for a fresh start
   */
  static int checkpoint(List<Integer> failedStarts) {
    for (int i = 0; i < failedStarts.size(); i++) {
      if (failedStarts.get(i) < (i == 0 ? STARTS_WITH_NEWEST : STARTS_WITH_PREVIOUS)) {
        return i;
      }
    }
    return -1;
  }
}
