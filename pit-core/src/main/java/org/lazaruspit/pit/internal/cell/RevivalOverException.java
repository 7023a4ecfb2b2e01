package org.lazaruspit.pit.internal.cell;

import org.lazaruspit.pit.Revival;

/** Something was to be written about a revival that has ended meanwhile. */
public final class RevivalOverException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public RevivalOverException(Revival revival, String event) {
    super(
        "revival %s has ended as %s, %s comes too late"
            .formatted(revival.id(), revival.status().wireName(), event));
  }
}
