package org.lazaruspit.pit.internal.detection;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.spi.AgentExit;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.ProbeResult;

/** Judges agents by their evidence. Pure: no clock, no disk, no thread. */
public final class Judge {

  private Judge() {}

  /** Judgement of one agent. */
  public sealed interface Judgement {
    /** Returns the judgement in words. */
    String describe();

    /**
     * Alive, nothing to do.
     *
     * @param detail details, for people
     * @param proven whether it was seen healthy in its current incarnation
     */
    record Alive(String detail, boolean proven) implements Judgement {
      @Override
      public String describe() {
        return detail.isEmpty() ? "alive" : "alive: " + detail;
      }
    }

    /** Dead, to be revived. */
    record Dead(FailureCause cause, String evidence) implements Judgement {
      @Override
      public String describe() {
        return "dead (%s): %s".formatted(cause.wireName(), evidence);
      }
    }

    /** Held: in trouble that a restart does not cure; reported, not revived. */
    record Held(FailureCause cause, String reason) implements Judgement {
      @Override
      public String describe() {
        return "held (%s): %s".formatted(cause.wireName(), reason);
      }
    }

    /** Not known to its gateway; has to be registered before it can be judged. */
    record Unregistered(String detail) implements Judgement {
      @Override
      public String describe() {
        return "not registered: " + detail;
      }
    }
  }

  /**
   * Judges one agent.
   *
   * @param incarnation incarnation of the agent in the journal; 0 before its first start
   * @param presence evidence of the reviver
   * @param probe evidence of the probe; empty for an agent that cannot be probed
   * @param startable whether this pit can start the agent; an agent started by other means may
   *     still be about to start, and is judged by silence alone
   */
  public static Judgement judge(
      long incarnation, Presence presence, Optional<ProbeResult> probe, boolean startable) {
    if (presence instanceof Presence.Ended ended) {
      return inTrouble(causeOf(ended.exit()), ended.exit().detail() + "; " + ended.remainder());
    }
    if (presence instanceof Presence.Absent absent && incarnation > 0) {
      return gone(absent, absent.evidence());
    }
    return probe
        .map(result -> judge(incarnation, presence, result, startable))
        .orElseGet(() -> withoutProbe(presence, startable));
  }

  private static Judgement withoutProbe(Presence presence, boolean startable) {
    return startable && presence instanceof Presence.Absent absent
        ? gone(absent, "not running: " + absent.evidence())
        : new Judgement.Alive("no health probe covers it", presence instanceof Presence.Running);
  }

  private static Judgement judge(
      long incarnation, Presence presence, ProbeResult probe, boolean startable) {
    if (probe.incarnation() < incarnation && knowsTheAgent(probe.verdict())) {
      // The gateway has lost the newer one, or lost all and then heard a zombie first.
      return new Judgement.Unregistered("its gateway knows incarnation " + probe.incarnation());
    }
    return switch (probe.verdict()) {
      case HEALTHY, DEGRADED -> running(incarnation, probe);
      case UNREACHABLE -> new Judgement.Held(FailureCause.GATEWAY, probe.detail());
      case UNKNOWN -> unknown(presence, probe, startable);
      case UNHEALTHY -> unhealthy(incarnation, probe);
    };
  }

  private static boolean knowsTheAgent(ProbeResult.Verdict verdict) {
    return switch (verdict) {
      case HEALTHY, DEGRADED, UNHEALTHY -> true;
      case UNKNOWN, UNREACHABLE -> false;
    };
  }

  private static Judgement running(long incarnation, ProbeResult probe) {
    if (probe.held().isPresent()) {
      return new Judgement.Held(causeOfHold(probe.held().get()), probe.detail());
    }
    return new Judgement.Alive(
        Stream.of(probe.detail(), probe.waiting().orElse(""))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", ")),
        probe.provesHealthy(incarnation));
  }

  /** Returns the cause of a hold by a gateway; mass silence unless it names another cause. */
  private static FailureCause causeOfHold(String held) {
    return Arrays.stream(FailureCause.values())
        .filter(cause -> cause.held() && cause.wireName().equals(held))
        .findFirst()
        .orElse(FailureCause.MASS);
  }

  private static Judgement unhealthy(long incarnation, ProbeResult probe) {
    if (probe.incarnation() > incarnation) {
      return new Judgement.Held(
          FailureCause.CONFIG,
          "its gateway knows incarnation %d, the journal %d: was the journal lost, or is there another pit?"
              .formatted(probe.incarnation(), incarnation));
    }
    return inTrouble(causeOf(probe.detail()), probe.detail());
  }

  private static Judgement inTrouble(FailureCause cause, String evidence) {
    return cause.held() ? new Judgement.Held(cause, evidence) : new Judgement.Dead(cause, evidence);
  }

  private static Judgement gone(Presence.Absent absent, String evidence) {
    return inTrouble(absent.exit().map(Judge::causeOf).orElse(FailureCause.EXIT), evidence);
  }

  /** Judges dead on two signals that agree: unknown to the gateway, and not running. */
  private static Judgement unknown(Presence presence, ProbeResult probe, boolean startable) {
    if (startable && presence instanceof Presence.Absent absent) {
      return gone(absent, "not running: %s and %s".formatted(absent.evidence(), probe.detail()));
    }
    return new Judgement.Unregistered(probe.detail());
  }

  /**
   * Returns the cause by the exit status. Statuses of {@code sysexits.h} say that a restart does
   * not help: 75 (try again later) is a quota, 77 (no permission) is authentication, 78 (bad
   * configuration) is a configuration.
   */
  public static FailureCause causeOf(AgentExit exit) {
    return switch (exit.status().orElse(0)) {
      case 75 -> FailureCause.QUOTA;
      case 77 -> FailureCause.AUTH;
      case 78 -> FailureCause.CONFIG;
      default -> FailureCause.EXIT;
    };
  }

  /**
   * Returns the cause by the text of a gateway. A reported failure may begin with its cause: {@code
   * quota: 429 from the provider}.
   */
  static FailureCause causeOf(String message) {
    String text = message.toLowerCase(Locale.ROOT);
    for (FailureCause cause : List.of(FailureCause.QUOTA, FailureCause.AUTH, FailureCause.CONFIG)) {
      if (text.startsWith(cause.wireName() + ":")) {
        return cause;
      }
    }
    if (text.contains("stuck")) {
      return FailureCause.STUCK;
    }
    return text.contains("silen") || text.contains("heartbeat")
        ? FailureCause.SILENCE
        : FailureCause.REPORTED;
  }
}
