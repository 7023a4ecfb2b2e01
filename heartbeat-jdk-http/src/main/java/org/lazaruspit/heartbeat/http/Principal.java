package org.lazaruspit.heartbeat.http;

import org.jspecify.annotations.Nullable;

/**
 * Sender of a request.
 *
 * @param agentId the only agent that the sender may act for, or null for full access
 * @param cell the agent's cell, or null without a derived token
 */
record Principal(@Nullable String agentId, @Nullable String cell) {

  static final Principal UNRESTRICTED = new Principal(null, null);

  static Principal of(String agentId) {
    return new Principal(agentId, null);
  }

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
