package org.lazaruspit.pit;

import java.util.Locale;
import java.util.Optional;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.ProbeResult;

/** From evidence to judgement. Pure: no clock, no disk, no thread. */
final class Judge {

  private Judge() {}

  /** What the evidence says of one agent. */
  sealed interface Judgement {
    /** For people. */
    String words();

    /** Nothing to do. */
    record Alive(String detail) implements Judgement {
      @Override
      public String words() {
        return detail.isEmpty() ? "alive" : "alive: " + detail;
      }
    }

    /** To be revived. */
    record Dead(Cause cause, String evidence) implements Judgement {
      @Override
      public String words() {
        return "dead (%s): %s".formatted(cause.wireName(), evidence);
      }
    }

    /** In trouble that says nothing about the agent: shown, not revived. */
    record Held(Cause cause, String reason) implements Judgement {
      @Override
      public String words() {
        return "held (%s): %s".formatted(cause.wireName(), reason);
      }
    }

    /** It runs, but its gateway has to be told of it before anybody can judge. */
    record Unregistered(String detail) implements Judgement {
      @Override
      public String words() {
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
  static Judgement judge(
      long incarnation, Presence presence, Optional<ProbeResult> probe, boolean startable) {
    if (presence instanceof Presence.Absent absent && incarnation > 0) {
      return new Judgement.Dead(Cause.EXIT, absent.evidence());
    }
    return probe
        .map(result -> judge(incarnation, presence, result, startable))
        .orElseGet(() -> withoutProbe(presence, startable));
  }

  private static Judgement withoutProbe(Presence presence, boolean startable) {
    return startable && presence instanceof Presence.Absent absent
        ? new Judgement.Dead(Cause.EXIT, "not running: " + absent.evidence())
        : new Judgement.Alive("nobody can be asked about it");
  }

  private static Judgement judge(
      long incarnation, Presence presence, ProbeResult probe, boolean startable) {
    return switch (probe.verdict()) {
      case HEALTHY, DEGRADED -> new Judgement.Alive(probe.detail());
      case UNREACHABLE -> new Judgement.Held(Cause.GATEWAY, probe.detail());
      case UNKNOWN -> unknown(presence, probe, startable);
      case UNHEALTHY ->
          probe.incarnation() == incarnation
              ? new Judgement.Dead(causeOf(probe.detail()), probe.detail())
              : new Judgement.Unregistered(
                  "its gateway speaks of incarnation " + probe.incarnation());
    };
  }

  /** Two signals that agree: the gateway doesn't know it, and nothing of it runs. */
  private static Judgement unknown(Presence presence, ProbeResult probe, boolean startable) {
    if (startable && presence instanceof Presence.Absent absent) {
      return new Judgement.Dead(
          Cause.EXIT, "not running: %s and %s".formatted(absent.evidence(), probe.detail()));
    }
    return new Judgement.Unregistered(probe.detail());
  }

  /** A gateway tells its reason in words only. */
  private static Cause causeOf(String message) {
    String text = message.toLowerCase(Locale.ROOT);
    if (text.contains("stuck")) {
      return Cause.STUCK;
    }
    return text.contains("silen") || text.contains("heartbeat") ? Cause.SILENCE : Cause.REPORTED;
  }
}
