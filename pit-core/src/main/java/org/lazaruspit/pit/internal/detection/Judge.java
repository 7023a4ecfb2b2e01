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

/** From evidence to judgement. Pure: no clock, no disk, no thread. */
public final class Judge {

  private Judge() {}

  /** What the evidence says of one agent. */
  public sealed interface Judgement {
    /** For people. */
    String describe();

    /**
     * Nothing to do.
     *
     * @param proven whether it was seen well in its current incarnation, and not only not seen ill
     */
    record Alive(String detail, boolean proven) implements Judgement {
      @Override
      public String describe() {
        return detail.isEmpty() ? "alive" : "alive: " + detail;
      }
    }

    /** To be revived. */
    record Dead(FailureCause cause, String evidence) implements Judgement {
      @Override
      public String describe() {
        return "dead (%s): %s".formatted(cause.wireName(), evidence);
      }
    }

    /** In trouble that says nothing about the agent: shown, not revived. */
    record Held(FailureCause cause, String reason) implements Judgement {
      @Override
      public String describe() {
        return "held (%s): %s".formatted(cause.wireName(), reason);
      }
    }

    /** It runs, but its gateway has to be told of it before anybody can judge. */
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
   * @param incarnation the agent's incarnation according to the journal; 0 before its first start
   * @param presence what the reviver knows
   * @param probe what the probe learned; empty for an agent that cannot be probed
   * @param startable whether this pit could start it; one that somebody else starts may be about to
   *     come, and is judged by silence alone
   */
  public static Judgement judge(
      long incarnation, Presence presence, Optional<ProbeResult> probe, boolean startable) {
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
        : new Judgement.Alive("nobody can be asked about it", presence instanceof Presence.Running);
  }

  private static Judgement judge(
      long incarnation, Presence presence, ProbeResult probe, boolean startable) {
    if (probe.incarnation() < incarnation && speaksOfTheAgent(probe.verdict())) {
      // It has forgotten the newer one, or a zombie came first after it forgot everybody.
      return new Judgement.Unregistered("its gateway speaks of incarnation " + probe.incarnation());
    }
    return switch (probe.verdict()) {
      case HEALTHY, DEGRADED -> lives(incarnation, probe);
      case UNREACHABLE -> new Judgement.Held(FailureCause.GATEWAY, probe.detail());
      case UNKNOWN -> unknown(presence, probe, startable);
      case UNHEALTHY -> unhealthy(incarnation, probe);
    };
  }

  private static boolean speaksOfTheAgent(ProbeResult.Verdict verdict) {
    return switch (verdict) {
      case HEALTHY, DEGRADED, UNHEALTHY -> true;
      case UNKNOWN, UNREACHABLE -> false;
    };
  }

  private static Judgement lives(long incarnation, ProbeResult probe) {
    if (probe.held().isPresent()) {
      return new Judgement.Held(causeOfHold(probe.held().get()), probe.detail());
    }
    return new Judgement.Alive(
        Stream.of(probe.detail(), probe.waiting().orElse(""))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", ")),
        probe.provesHealthy(incarnation));
  }

  /** What holds the silence of an agent back is shared with others, unless it says otherwise. */
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

  /** Two signals that agree: the gateway doesn't know it, and nothing of it runs. */
  private static Judgement unknown(Presence presence, ProbeResult probe, boolean startable) {
    if (startable && presence instanceof Presence.Absent absent) {
      return gone(absent, "not running: %s and %s".formatted(absent.evidence(), probe.detail()));
    }
    return new Judgement.Unregistered(probe.detail());
  }

  /**
   * An agent tells with its exit status that a restart would not help, in the words of {@code
   * sysexits.h}: 75 (try again later) is a quota, 77 (no permission) is access, 78 (bad
   * configuration) is its configuration.
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
   * A gateway tells its reason in words only. Who reports a failure may put its class in front:
   * {@code quota: 429 from the provider}.
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
