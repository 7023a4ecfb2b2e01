package org.lazaruspit.heartbeat;

import org.jspecify.annotations.Nullable;

/** Event that may change an agent's status. */
sealed interface HealthSignal {
  /**
   * Heartbeat of the current incarnation.
   *
   * @param progress the reported progress
   * @param agreedWait the wait, with the requested end
   */
  record Beat(@Nullable Object progress, AgentState.@Nullable AgreedWait agreedWait)
      implements HealthSignal {
    static final Beat PLAIN = new Beat(null, null);
  }

  /**
   * Reported failure.
   *
   * @param error the reason
   * @param wallMillis wall-clock time, for display
   */
  record Failure(String error, long wallMillis) implements HealthSignal {}

  /** Elapsed time without another signal. */
  record TimePassed() implements HealthSignal {
    static final TimePassed INSTANCE = new TimePassed();
  }

  /**
   * First missed deadline since the last heartbeat.
   *
   * @param silence the silence that the guard counts
   */
  record FellSilent(Silence silence) implements HealthSignal {}

  /**
   * Hold of the silence, due to mass silence.
   *
   * @param held the hold, for display
   */
  record Hold(Held held) implements HealthSignal {}

  /** End of the hold after heartbeats returned: the silence so far does not count. */
  record Forgive() implements HealthSignal {
    static final Forgive INSTANCE = new Forgive();
  }

  /** End of the hold without heartbeats: the silence counts. */
  record HoldEnded() implements HealthSignal {
    static final HoldEnded INSTANCE = new HoldEnded();
  }
}
