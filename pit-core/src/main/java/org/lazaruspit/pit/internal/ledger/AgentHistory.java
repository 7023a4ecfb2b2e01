package org.lazaruspit.pit.internal.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.pit.Restriction;
import org.lazaruspit.pit.Revival;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.internal.journal.JournalEvent;
import org.lazaruspit.pit.internal.journal.RestrictionEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent;
import org.lazaruspit.pit.internal.journal.RevivalEvent.AttemptFailed;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * State of one agent by the journal. Immutable: each event yields a new history.
 *
 * @param incarnation the incarnation; 0 if the agent was never started
 * @param revivals revivals and hand-overs, oldest first; old ended ones are dropped
 * @param intent the stop or pause on record; a pause may be over
 * @param restraint the quarantine or hold on record
 * @param unmarked whether the agent is quarantined and its file could not be marked
 * @param failedStarts failed starts since the last success, by the checkpoint's identity
 */
public record AgentHistory(
    long incarnation,
    List<Revival> revivals,
    Optional<Restriction> intent,
    Optional<Restriction> restraint,
    boolean unmarked,
    Map<String, Integer> failedStarts) {

  /** Number of revivals kept: more than the largest budget that can be configured. */
  private static final int KEPT = 1100;

  /** Run time after a revival that resets the budget. */
  static final Duration STEADY = Duration.ofMinutes(10);

  static final AgentHistory EMPTY =
      new AgentHistory(0, List.of(), Optional.empty(), Optional.empty(), false, Map.of());

  public AgentHistory {
    revivals = Collections.unmodifiableList(revivals);
    failedStarts = Collections.unmodifiableMap(failedStarts);
  }

  public AgentHistory after(AgentRef agent, Instant at, JournalEvent event) {
    return event instanceof RestrictionEvent restriction
        ? after(at, restriction)
        : after(agent, at, (RevivalEvent) event);
  }

  private AgentHistory after(Instant at, RestrictionEvent event) {
    Restriction restriction = restriction(at, event);
    return switch (event.change()) {
      case STOPPED, PAUSED -> with(Optional.ofNullable(restriction), restraint, unmarked);
      case RESUMED -> with(Optional.empty(), restraint, unmarked);
      case QUARANTINED -> with(intent, Optional.ofNullable(restriction), !event.marked());
      case HELD -> with(intent, Optional.ofNullable(restriction), false);
      case LIFTED -> with(intent, Optional.empty(), false);
    };
  }

  /** Returns the restriction that an event begins; null if it ends one. */
  static @Nullable Restriction restriction(Instant at, RestrictionEvent event) {
    Restriction.Kind kind =
        switch (event.change()) {
          case STOPPED -> Restriction.Kind.STOPPED;
          case PAUSED -> Restriction.Kind.PAUSED;
          case QUARANTINED -> Restriction.Kind.QUARANTINED;
          case HELD -> Restriction.Kind.HELD;
          case RESUMED, LIFTED -> null;
        };
    return kind == null
        ? null
        : new Restriction(kind, event.cause(), at, event.until(), event.detail());
  }

  private AgentHistory with(
      Optional<Restriction> newIntent, Optional<Restriction> newRestraint, boolean newUnmarked) {
    return new AgentHistory(
        incarnation, revivals, newIntent, newRestraint, newUnmarked, failedStarts);
  }

  private AgentHistory after(AgentRef agent, Instant at, RevivalEvent event) {
    List<Revival> next = new ArrayList<>(revivals);
    int known = indexOf(event.subject().revival());
    Revival before = known < 0 ? null : next.get(known);
    if (before != null) {
      next.set(known, RevivalFold.after(before, at, event));
    } else if (event instanceof Requested requested) {
      next.add(RevivalFold.requested(agent, at, requested));
      prune(next);
    }
    return new AgentHistory(
        Math.max(incarnation, event.subject().incarnation()),
        next,
        intent,
        restraint,
        unmarked,
        before == null ? failedStarts : startsAfter(before, event));
  }

  private static void prune(List<Revival> revivals) {
    if (revivals.size() > KEPT && !revivals.get(0).status().open()) {
      revivals.remove(0);
    }
  }

  private Map<String, Integer> startsAfter(Revival before, RevivalEvent event) {
    boolean failed = event instanceof AttemptFailed && RevivalFold.startBegun(before);
    boolean succeeded = event.status() == RevivalStatus.REVIVED;
    if (before.checkpoint().isEmpty() || !(failed || succeeded)) {
      return failedStarts;
    }
    Map<String, Integer> starts = new HashMap<>(failedStarts);
    if (succeeded) {
      starts.remove(before.checkpoint().get());
    } else {
      starts.merge(before.checkpoint().get(), 1, Integer::sum);
    }
    return starts;
  }

  private int indexOf(String revival) {
    for (int i = revivals.size() - 1; i >= 0; i--) {
      if (revivals.get(i).id().equals(revival)) {
        return i;
      }
    }
    return -1;
  }

  public Optional<Revival> find(String revival) {
    int index = indexOf(revival);
    return index < 0 ? Optional.empty() : Optional.of(revivals.get(index));
  }

  /** Returns the open revival and hand-overs, oldest first. */
  public List<Revival> open() {
    return revivals.stream().filter(revival -> revival.status().open()).toList();
  }

  /** Returns the open revival: there is at most one. */
  public Optional<Revival> openRevival() {
    return latest().filter(revival -> revival.status().open());
  }

  /** Returns the newest revival, open or ended. */
  public Optional<Revival> latest() {
    for (int i = revivals.size() - 1; i >= 0; i--) {
      if (revivals.get(i).origin() != Revival.Origin.HANDOVER) {
        return Optional.of(revivals.get(i));
      }
    }
    return Optional.empty();
  }

  /** Returns the number of failed starts with this checkpoint since the last success. */
  public int failedStarts(String hash) {
    return failedStarts.getOrDefault(hash, 0);
  }

  /**
   * Returns the number of automatic revivals within this window. Not counted: the first start,
   * revivals that an operator ordered or approved, and all before a quarantine or before a run of
   * {@link #STEADY}.
   */
  public int returns(Instant now, Duration window) {
    Instant since = now.minus(window);
    int returns = 0;
    Optional<Instant> cameBack = Optional.empty();
    for (Revival revival : revivals) {
      if (revival.status() == RevivalStatus.FAILED || steady(cameBack, revival.requestedAt())) {
        returns = 0;
      }
      if (revival.revivedAt().isPresent()) {
        cameBack = revival.revivedAt();
        returns += spendsBudget(revival) && !cameBack.get().isBefore(since) ? 1 : 0;
      }
    }
    return steady(cameBack, now) ? 0 : returns;
  }

  private static boolean spendsBudget(Revival revival) {
    return revival.origin() == Revival.Origin.DEATH
        && revival.approvedAt().isEmpty()
        && revival.incarnation() > 1;
  }

  private static boolean steady(Optional<Instant> cameBack, Instant died) {
    return cameBack.isPresent() && Duration.between(cameBack.get(), died).compareTo(STEADY) >= 0;
  }

  /** Returns the run time of the agent before this revival; empty before its first. */
  public Optional<Duration> lifeBefore(Revival revival) {
    int index = indexOf(revival.id());
    for (int i = index - 1; i >= 0; i--) {
      Optional<Instant> cameBack = revivals.get(i).revivedAt();
      if (cameBack.isPresent()) {
        return Optional.of(Duration.between(cameBack.get(), revival.requestedAt()));
      }
    }
    return Optional.empty();
  }
}
