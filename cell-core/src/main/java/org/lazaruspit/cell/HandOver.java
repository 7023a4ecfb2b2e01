package org.lazaruspit.cell;

import java.util.List;

/** Answer to a hand-over of a task from one agent to another. Immutable and thread-safe. */
public sealed interface HandOver {

  /** The hand-over is allowed. */
  record Allowed() implements HandOver {}

  /**
   * The hand-over is allowed after an operator's approval: {@code handoff_approval} is {@code
   * manual}.
   */
  record NeedsApproval() implements HandOver {}

  /**
   * The hand-over is refused.
   *
   * @param reasons all reasons against it
   */
  record Refused(List<String> reasons) implements HandOver {
    /**
     * Validates the components.
     *
     * @param reasons all reasons against it
     */
    public Refused {
      reasons = List.copyOf(reasons);
    }
  }
}
