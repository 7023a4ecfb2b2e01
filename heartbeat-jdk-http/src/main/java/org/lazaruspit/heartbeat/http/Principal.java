package org.lazaruspit.heartbeat.http;

import org.jspecify.annotations.Nullable;

/**
 * Sender of a request.
 *
 * @param agentId the only agent that the sender may act for, or null for full access
 */
record Principal(@Nullable String agentId) {

  static final Principal UNRESTRICTED = new Principal(null);

  boolean mayActFor(String agent) {
    return agentId == null || agentId.equals(agent);
  }

  boolean hasFullAccess() {
    return agentId == null;
  }

  /** Returns the intersection of both permissions. */
  Principal and(Principal other) throws ProblemException {
    if (agentId != null && other.agentId != null && !agentId.equals(other.agentId)) {
      throw ProblemException.of(
          Problem.FORBIDDEN, "the token and the certificate belong to different agents");
    }
    return agentId == null ? other : this;
  }
}
