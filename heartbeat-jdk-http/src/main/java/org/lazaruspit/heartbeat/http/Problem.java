package org.lazaruspit.heartbeat.http;

import java.util.Objects;

/**
 * Reason for a refused request, as in an {@code application/problem+json} response.
 *
 * <p>Compare {@link #type()} with the constants of this class: they are stable, the texts are not.
 * Immutable and thread-safe.
 *
 * @param type the kind of problem, a stable URI
 * @param title the kind of problem in a few words
 * @param status the HTTP status
 * @param detail the cause in this request
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457, Problem Details for HTTP APIs</a>
 */
public record Problem(String type, String title, int status, String detail) {

  private static final String PREFIX = "urn:lazaruspit:problem:";

  /** The request breaks a required rule of HTTP (400). */
  public static final String BAD_REQUEST = PREFIX + "bad-request";

  /** The body is not the expected JSON (400). */
  public static final String MALFORMED_JSON = PREFIX + "malformed-json";

  /** A field of the body or a query parameter has an invalid value (400). */
  public static final String BAD_FIELD = PREFIX + "bad-field";

  /** The agent id in the path or the body is invalid (400). */
  public static final String BAD_AGENT_ID = PREFIX + "bad-agent-id";

  /** The gateway requires a token; it is missing or unknown (401). */
  public static final String UNAUTHORIZED = PREFIX + "unauthorized";

  /** The token or certificate does not permit this request (403). */
  public static final String FORBIDDEN = PREFIX + "forbidden";

  /** The request names a host that is not this gateway (403). */
  public static final String HOST_NOT_ALLOWED = PREFIX + "host-not-allowed";

  /** The request comes from a web page that may not use this gateway (403). */
  public static final String ORIGIN_NOT_ALLOWED = PREFIX + "origin-not-allowed";

  /** The path does not exist (404). */
  public static final String NOT_FOUND = PREFIX + "not-found";

  /** The registry does not know this agent (404). */
  public static final String UNKNOWN_AGENT = PREFIX + "unknown-agent";

  /**
   * The path does not allow this method; the {@code Allow} header has the allowed methods (405).
   */
  public static final String METHOD_NOT_ALLOWED = PREFIX + "method-not-allowed";

  /** A newer incarnation of this agent is registered: the sender is a zombie (409). */
  public static final String STALE_INCARNATION = PREFIX + "stale-incarnation";

  /** The body is longer than its limit (413). */
  public static final String BODY_TOO_LARGE = PREFIX + "body-too-large";

  /** The registry is full (429). */
  public static final String REGISTRY_FULL = PREFIX + "registry-full";

  /** The gateway failed; its log has the reason (500). */
  public static final String INTERNAL = PREFIX + "internal";

  /** All places for readers of events are taken (503). */
  public static final String TOO_MANY_READERS = PREFIX + "too-many-readers";

  /**
   * Checks the arguments.
   *
   * @param type the kind of problem
   * @param title the kind of problem in a few words
   * @param status the HTTP status
   * @param detail the cause in this request
   */
  public Problem {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(detail, "detail");
  }

  /**
   * Returns a problem with the title and status of its type.
   *
   * @param type a constant of this class
   * @param detail the fault of this very request, for people
   * @return the problem
   * @throws IllegalArgumentException if the type is unknown
   */
  public static Problem of(String type, String detail) {
    return switch (type) {
      case BAD_REQUEST -> new Problem(type, "Not a valid request", 400, detail);
      case MALFORMED_JSON -> new Problem(type, "Not the expected JSON", 400, detail);
      case BAD_FIELD -> new Problem(type, "A value is not allowed", 400, detail);
      case BAD_AGENT_ID -> new Problem(type, "Not an agent id", 400, detail);
      case UNAUTHORIZED -> new Problem(type, "A token is needed", 401, detail);
      case FORBIDDEN -> new Problem(type, "Not permitted", 403, detail);
      case HOST_NOT_ALLOWED -> new Problem(type, "Not a name of this gateway", 403, detail);
      case ORIGIN_NOT_ALLOWED -> new Problem(type, "Not open to this web page", 403, detail);
      case NOT_FOUND -> new Problem(type, "Path not found", 404, detail);
      case UNKNOWN_AGENT -> new Problem(type, "Unknown agent", 404, detail);
      case METHOD_NOT_ALLOWED -> new Problem(type, "Method not allowed", 405, detail);
      case STALE_INCARNATION -> new Problem(type, "A newer incarnation is registered", 409, detail);
      case BODY_TOO_LARGE -> new Problem(type, "The body is too long", 413, detail);
      case REGISTRY_FULL -> new Problem(type, "The registry is full", 429, detail);
      case INTERNAL -> new Problem(type, "The gateway failed", 500, detail);
      case TOO_MANY_READERS -> new Problem(type, "Too many readers of events", 503, detail);
      default -> throw new IllegalArgumentException("unknown problem type: " + type);
    };
  }
}
