package org.lazaruspit.examples.pit.control;

import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.http.Problem;

/** Problems in responses of the daemon: those of a gateway, and its own. */
public final class DaemonProblem {

  private static final String PREFIX = "urn:lazaruspit:problem:";

  static final String CONFLICT = PREFIX + "conflict";
  public static final String UNPROCESSABLE = PREFIX + "unprocessable";
  public static final String BUSY = PREFIX + "busy";

  private DaemonProblem() {}

  /** Returns a problem of a type of this class or of {@link Problem}. */
  static Problem of(String type, @Nullable String detail) {
    String text = String.valueOf(detail);
    return switch (type) {
      case CONFLICT -> new Problem(type, "Not as things stand", 409, text);
      case Problem.HOST_NOT_ALLOWED -> new Problem(type, "Not a name of this daemon", 421, text);
      case UNPROCESSABLE -> new Problem(type, "It cannot be used", 422, text);
      case Problem.INTERNAL -> new Problem(type, "The daemon failed", 500, text);
      case BUSY -> new Problem(type, "Too many at once", 503, text);
      default -> Problem.of(type, text);
    };
  }
}
