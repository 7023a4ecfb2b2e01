package org.lazaruspit.heartbeat.http;

import org.jspecify.annotations.Nullable;

/**
 * Who sent a request.
 *
 * @param agentId the only agent that the sender may speak for, or null if it may do everything
 */
record Principal(@Nullable String agentId) {

  static final Principal ANYBODY = new Principal(null);

  boolean maySpeakFor(String agent) {
    return agentId == null || agentId.equals(agent);
  }

  boolean mayDoEverything() {
    return agentId == null;
  }

  /** What both let it do. */
  Principal and(Principal other) throws ProblemException {
    if (agentId != null && other.agentId != null && !agentId.equals(other.agentId)) {
      throw ProblemException.of(
          Problem.FORBIDDEN, "the token and the certificate speak for different agents");
    }
    return agentId == null ? other : this;
  }
}
