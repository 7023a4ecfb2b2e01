package org.lazaruspit.cell;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code config/isolation.json}. Immutable and thread-safe.
 *
 * @param level how strictly agents are kept apart, or null where only {@code cell.json} says so
 * @param mountNamespaces whether each agent gets a mount namespace, false by default
 * @param networkIsolation whether agents are cut off from the network, false by default
 * @param resourceLimits what an agent may use
 * @param securityContext as whom an agent runs
 */
public record IsolationSpec(
    @Nullable IsolationLevel level,
    boolean mountNamespaces,
    boolean networkIsolation,
    ResourceLimits resourceLimits,
    SecurityContext securityContext) {

  /** Nothing said. */
  public static final IsolationSpec ABSENT =
      new IsolationSpec(null, false, false, ResourceLimits.ABSENT, SecurityContext.ABSENT);

  /**
   * Checks what is given.
   *
   * @param level how strictly agents are kept apart, or null where only {@code cell.json} says so
   * @param mountNamespaces whether each agent gets a mount namespace, false by default
   * @param networkIsolation whether agents are cut off from the network, false by default
   * @param resourceLimits what an agent may use
   * @param securityContext as whom an agent runs
   */
  public IsolationSpec {
    Objects.requireNonNull(resourceLimits, "resourceLimits");
    Objects.requireNonNull(securityContext, "securityContext");
  }

  /**
   * Whether an agent may be started without any walls and limits.
   *
   * @return true where nothing is said, or only that the level is {@code none}
   */
  public boolean asksForNothing() {
    return (level == null || level == IsolationLevel.NONE)
        && !mountNamespaces
        && !networkIsolation
        && resourceLimits.equals(ResourceLimits.ABSENT)
        && securityContext.equals(SecurityContext.ABSENT);
  }
}
