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
 * Decides what comes next for a revival, and why. Pure: no clock, no disk, no thread.
 *
 * <p>Back-off is exponential with full jitter: uniform between zero and the exponential ceiling, so
 * that agents that died together do not come back together (Brooker, "Exponential Backoff And
 * Jitter", 2015). The jitter is drawn from the revival's id and the attempt, so that a restarted
 * pit arrives at the same instant.
 */
public final class RevivalPlanner {

  static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  static final Duration LONGEST_DELAY = Duration.ofMinutes(5);

  /** How long a question waits for its answer, and an answer for its use. */
  static final Duration APPROVAL_LIFE = Duration.ofHours(24);

  /** Who dies again before this is over is in a loop, however healthy it was in between. */
  static final Duration SHORT_LIFE = Duration.ofMinutes(1);

  private static final int STARTS_WITH_THE_FIRST = 2;
  private static final int STARTS_WITH_ANOTHER = 1;

  private RevivalPlanner() {}

  /**
   * All that a decision rests on.
   *
   * @param revival what is open
   * @param history what the journal says of its agent
   * @param bar what stands in the way of reviving it
   * @param policy whether it may be revived unasked
   * @param maxRetries attempts after the first
   * @param window the time within which returns are counted
   */
  record Situation(
      Revival revival,
      AgentHistory history,
      Optional<RevivalBlocker> bar,
      AutoRevive policy,
      int maxRetries,
      Duration window) {

    /** What ends this request, be it approved or not. */
    Optional<String> inTheWay() {
      return switch (revival.origin()) {
        case DEATH -> bar.map(RevivalBlocker::reason).or(this::policyChanged);
        // How long a mission has lasted is no matter for a person's order.
        case PERSON ->
            bar.filter(found -> found.kind() != RevivalBlocker.Kind.OVERDUE)
                .map(RevivalBlocker::reason);
        case HANDOVER -> backAgain();
      };
    }

    /** What was decided under another policy is decided anew, unless a person has said yes. */
    private Optional<String> policyChanged() {
      boolean asked = revival.status() == RevivalStatus.PENDING_APPROVAL;
      boolean stands = revival.approvedAt().isPresent() || policy == fitting(asked);
      return stands
          ? Optional.empty()
          : Optional.of("the policy now says " + policy.wireName() + ": decided anew");
    }

    private static AutoRevive fitting(boolean asked) {
      return asked ? AutoRevive.ASK : AutoRevive.YES;
    }

    /** Tasks are taken only from an agent that has used up its chances, of a living mission. */
    private Optional<String> backAgain() {
      if (bar.filter(found -> found.kind() == RevivalBlocker.Kind.QUARANTINED).isPresent()) {
        return Optional.empty();
      }
      return Optional.of(
          bar.filter(found -> found.kind() == RevivalBlocker.Kind.MISSION)
              .map(RevivalBlocker::reason)
              .orElse("its agent is no longer given up"));
    }
  }

  /** What to do about one open revival. */
  sealed interface Decision {
    /** For people. */
    String why();

    /** Begin this attempt now. */
    record Begin(int attempt) implements Decision {
      @Override
      public String why() {
        return "attempt " + attempt + " may begin";
      }
    }

    /** Hand its tasks over now. */
    record HandOver() implements Decision {
      @Override
      public String why() {
        return "its tasks may be handed over";
      }
    }

    /** Nothing before that instant. */
    record Wait(Instant until, String why) implements Decision {}

    /** Every attempt that was allowed has failed. */
    record GiveUp(String why) implements Decision {}

    /** It is not to be revived any more, or has to be asked about anew. */
    record Supersede(String why) implements Decision {}

    /** Somebody else moves next: a person, or the attempt under way. */
    record Leave(String why) implements Decision {}
  }

  static Decision next(Situation situation, Instant now) {
    Revival revival = situation.revival();
    return switch (revival.status()) {
      case PENDING -> handsOver(revival) ? handOver(situation, now) : pending(situation, now);
      case PENDING_APPROVAL -> question(situation, now);
      case REVIVING, VERIFYING -> new Decision.Leave("attempt " + revival.attempt() + " runs");
      case REVIVED, FAILED, DENIED, DECLINED, SUPERSEDED -> new Decision.Leave("has ended");
    };
  }

  private static boolean handsOver(Revival revival) {
    return revival.origin() == Revival.Origin.HANDOVER;
  }

  private static Decision handOver(Situation situation, Instant now) {
    if (situation.inTheWay().isPresent()) {
      return new Decision.Supersede(situation.inTheWay().get());
    }
    return answerExpired(situation.revival(), now)
        ? new Decision.Supersede("its approval was not used within 24 h")
        : new Decision.HandOver();
  }

  private static Decision question(Situation situation, Instant now) {
    Revival revival = situation.revival();
    if (situation.inTheWay().isPresent()) {
      return new Decision.Supersede(situation.inTheWay().get());
    }
    return expired(revival.requestedAt(), now)
        ? new Decision.Supersede("nobody answered within 24 h")
        : new Decision.Leave("waits for approval");
  }

  private static Decision pending(Situation situation, Instant now) {
    Revival revival = situation.revival();
    int done = revival.attempt();
    if (done > situation.maxRetries()) {
      return new Decision.GiveUp(
          "attempt " + done + " of " + (situation.maxRetries() + 1) + " has failed");
    }
    if (situation.inTheWay().isPresent()) {
      return new Decision.Supersede(situation.inTheWay().get());
    }
    if (done == 0 && answerExpired(revival, now)) {
      return new Decision.Supersede("its approval was not used within 24 h");
    }
    return done == 0 ? first(situation, now) : again(revival, now);
  }

  /** At once, but not for one that has only just come back. */
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
        ? waitUntil(revival, returns, revival.requestedAt(), "has died again", now)
        : new Decision.Begin(1);
  }

  private static Decision again(Revival revival, Instant now) {
    int done = revival.attempt();
    String why = "attempt " + done + " has failed";
    return waitUntil(revival, done, revival.changedAt(), why, now);
  }

  private static Decision waitUntil(
      Revival revival, int failures, Instant since, String why, Instant now) {
    Instant earliest = since.plus(backOff(revival.id(), failures));
    // A clock set back must not stretch the wait beyond what it could have been.
    boolean clockWentBack = now.isBefore(since);
    return now.isBefore(earliest) && !clockWentBack
        ? new Decision.Wait(earliest, why + ", backs off until " + earliest)
        : new Decision.Begin(revival.attempt() + 1);
  }

  private static boolean answerExpired(Revival revival, Instant now) {
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
   * Which checkpoint to start with: the newest valid one twice, then the one before once, then
   * none. Failures are remembered with the checkpoint, not with the death, so that one which kills
   * whoever wakes up with it is recognized the next time.
   *
   * @param failedStarts how many starts have failed with each valid checkpoint, newest first
   * @return the position in that list; -1 for a fresh start
   */
  static int checkpoint(List<Integer> failedStarts) {
    for (int i = 0; i < failedStarts.size(); i++) {
      if (failedStarts.get(i) < (i == 0 ? STARTS_WITH_THE_FIRST : STARTS_WITH_ANOTHER)) {
        return i;
      }
    }
    return -1;
  }
}
