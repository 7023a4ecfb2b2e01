package org.lazaruspit.pit;

/** Something was to be written about a revival that has ended meanwhile. */
final class RevivalOverException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  RevivalOverException(Revival revival, String event) {
    super(
        "revival %s has ended as %s, %s comes too late"
            .formatted(revival.id(), revival.status().wireName(), event));
  }
}
