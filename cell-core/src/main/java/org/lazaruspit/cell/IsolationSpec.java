package org.lazaruspit.cell;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code config/isolation.json}. Immutable and thread-safe.
 *
 * @param level isolation of agents, or null if {@code cell.json} alone sets it
 * @param mountNamespaces whether each agent gets a mount namespace, false by default
 * @param networkIsolation whether agents run without the network, false by default
 * @param resourceLimits limits for each agent
 * @param securityContext user, group and capabilities of each agent
 */
public record IsolationSpec(
    @Nullable IsolationLevel level,
    boolean mountNamespaces,
    boolean networkIsolation,
    ResourceLimits resourceLimits,
    SecurityContext securityContext) {

  /** No isolation. */
  public static final IsolationSpec ABSENT =
      new IsolationSpec(null, false, false, ResourceLimits.ABSENT, SecurityContext.ABSENT);

  /**
   * Validates the components.
   *
   * @param level isolation of agents, or null if {@code cell.json} alone sets it
   * @param mountNamespaces whether each agent gets a mount namespace, false by default
   * @param networkIsolation whether agents run without the network, false by default
   * @param resourceLimits limits for each agent
   * @param securityContext user, group and capabilities of each agent
   */
  public IsolationSpec {
    Objects.requireNonNull(resourceLimits, "resourceLimits");
    Objects.requireNonNull(securityContext, "securityContext");
  }

  /**
   * Returns whether an agent may be started without a sandbox and limits.
   *
   * @return true if only the level is set, to {@code none}, or no field is
   */
  public boolean isUnrestricted() {
    return (level == null || level == IsolationLevel.NONE)
        && !mountNamespaces
        && !networkIsolation
        && resourceLimits.equals(ResourceLimits.ABSENT)
        && securityContext.equals(SecurityContext.ABSENT);
  }
}
