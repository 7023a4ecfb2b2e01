package org.lazaruspit.examples.pit.control;

/** Why a request to the daemon is refused. */
public final class HttpProblem extends Exception {

  private static final long serialVersionUID = 1L;

  /** The kinds of refusal: what a program looks at. */
  public enum Kind {
    BAD_REQUEST(400, "Not a valid request"),
    UNAUTHORIZED(401, "A token is needed"),
    ORIGIN_NOT_ALLOWED(403, "Not open to this web page"),
    NOT_FOUND(404, "Nothing here"),
    METHOD_NOT_ALLOWED(405, "Method not allowed"),
    CONFLICT(409, "Not as things stand"),
    BODY_TOO_LARGE(413, "The body is too long"),
    HOST_NOT_ALLOWED(421, "Not a name of this daemon"),
    UNPROCESSABLE(422, "It cannot be used"),
    INTERNAL(500, "The daemon failed"),
    BUSY(503, "Too many at once");

    private final int status;
    private final String title;

    Kind(int status, String title) {
      this.status = status;
      this.title = title;
    }

    int status() {
      return status;
    }

    String title() {
      return title;
    }
  }

  private final Kind kind;

  HttpProblem(Kind kind, String detail) {
    super(detail);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }
}
