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
 * What the journal says of one agent. Immutable: each event yields a new one.
 *
 * @param incarnation its incarnation; 0 if it was never started
 * @param revivals its revivals and hand-overs, oldest first; the oldest ended ones are dropped once
 *     there are many
 * @param intent what a person wants of it; empty for nothing special. One with an end may be over
 * @param restraint what its own record keeps it from; empty for nothing
 * @param unmarked whether it is in quarantine and its file could not be made to say so
 * @param failedStarts how many starts with a checkpoint have failed since one with it succeeded, by
 *     the checkpoint's hash
 */
public record AgentHistory(
    long incarnation,
    List<Revival> revivals,
    Optional<Restriction> intent,
    Optional<Restriction> restraint,
    boolean unmarked,
    Map<String, Integer> failedStarts) {

  /** More than the largest budget that can be configured. */
  private static final int KEPT = 1100;

  /** An agent that has lived this long since it came back has made up for what was before. */
  static final Duration STEADY = Duration.ofMinutes(10);

  static final AgentHistory EMPTY =
      new AgentHistory(0, List.of(), Optional.empty(), Optional.empty(), false, Map.of());

  @SuppressWarnings("doclint:missing")
  public // the record says it
  AgentHistory {
    revivals = Collections.unmodifiableList(revivals);
    failedStarts = Collections.unmodifiableMap(failedStarts);
  }

  public AgentHistory after(AgentRef agent, Instant at, JournalEvent event) {
    return event instanceof RestrictionEvent standing
        ? after(at, standing)
        : after(agent, at, (RevivalEvent) event);
  }

  private AgentHistory after(Instant at, RestrictionEvent event) {
    Restriction standing = standing(at, event);
    return switch (event.change()) {
      case STOPPED, PAUSED -> with(Optional.ofNullable(standing), restraint, unmarked);
      case RESUMED -> with(Optional.empty(), restraint, unmarked);
      case QUARANTINED -> with(intent, Optional.ofNullable(standing), !event.marked());
      case HELD -> with(intent, Optional.ofNullable(standing), false);
      case LIFTED -> with(intent, Optional.empty(), false);
    };
  }

  /** What a change amounts to; null where it ends something. */
  static @Nullable Restriction standing(Instant at, RestrictionEvent event) {
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

  /** What is still to be done about it, oldest first. */
  public List<Revival> open() {
    return revivals.stream().filter(revival -> revival.status().open()).toList();
  }

  /** Its open revival: there is never more than one. */
  public Optional<Revival> openRevival() {
    return latest().filter(revival -> revival.status().open());
  }

  /** Its newest revival, open or ended. */
  public Optional<Revival> latest() {
    for (int i = revivals.size() - 1; i >= 0; i--) {
      if (revivals.get(i).origin() != Revival.Origin.HANDOVER) {
        return Optional.of(revivals.get(i));
      }
    }
    return Optional.empty();
  }

  /** How often a start with this checkpoint has failed since one succeeded. */
  public int failedStarts(String hash) {
    return failedStarts.getOrDefault(hash, 0);
  }

  /**
   * How often the agent came back from the dead within this window, as the pit alone decided. Its
   * first start is no return, what a person ordered or approved is not held against it, what came
   * before it was given up is settled by whoever let it live again, and a steady life forgives
   * everything before.
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

  /** How long the agent had lived when this revival of it was asked for; empty for its first. */
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
