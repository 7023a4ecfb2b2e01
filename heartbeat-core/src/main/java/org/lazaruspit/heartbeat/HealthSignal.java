package org.lazaruspit.heartbeat;

import org.jspecify.annotations.Nullable;

/** What can happen to an agent, as far as its status is concerned. */
sealed interface HealthSignal {
  /**
   * A heartbeat of the agent's incarnation.
   *
   * @param progress what it told of its progress
   * @param quiet what it is going to wait for, with the end that it asked for
   */
  record Beat(@Nullable Object progress, AgentState.@Nullable AgreedWait quiet)
      implements HealthSignal {
    static final Beat PLAIN = new Beat(null, null);
  }

  /**
   * A reported failure.
   *
   * @param error what went wrong
   * @param wallMillis when, for display
   */
  record Failure(String error, long wallMillis) implements HealthSignal {}

  /** Nothing but time. */
  record TimePassed() implements HealthSignal {
    static final TimePassed INSTANCE = new TimePassed();
  }

  /**
   * The agent has missed a deadline, for the first time since its last heartbeat.
   *
   * @param silence what the guard counts
   */
  record FellSilent(Silence silence) implements HealthSignal {}

  /**
   * Many fell silent with it.
   *
   * @param held what to show
   */
  record Hold(Held held) implements HealthSignal {}

  /** Heartbeats have returned: the silence so far was not the agent's. */
  record Forgive() implements HealthSignal {
    static final Forgive INSTANCE = new Forgive();
  }

  /** Heartbeats have not returned: the silence counts after all. */
  record HoldEnded() implements HealthSignal {
    static final HoldEnded INSTANCE = new HoldEnded();
  }
}
