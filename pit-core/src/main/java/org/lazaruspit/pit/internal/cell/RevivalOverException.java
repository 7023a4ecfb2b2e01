package org.lazaruspit.pit.internal.cell;

import org.lazaruspit.pit.Revival;

/** Thrown on an event of a revival that has ended meanwhile. */
public final class RevivalOverException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public RevivalOverException(Revival revival, String event) {
    super(
        "revival %s has ended as %s; %s is too late"
            .formatted(revival.id(), revival.status().wireName(), event));
  }
}
