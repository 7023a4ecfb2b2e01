package org.lazaruspit.cell;

import java.util.List;

/** Whether a task may go from one agent to another. */
public sealed interface HandOver {

  /** It may. */
  record Allowed() implements HandOver {}

  /** It may, once a person has approved: {@code handoff_approval} is {@code manual}. */
  record NeedsApproval() implements HandOver {}

  /**
   * It may not.
   *
   * @param reasons everything that is in the way
   */
  record Refused(List<String> reasons) implements HandOver {
    /**
     * Checks what is given.
     *
     * @param reasons everything that is in the way
     */
    public Refused {
      reasons = List.copyOf(reasons);
    }
  }
}
