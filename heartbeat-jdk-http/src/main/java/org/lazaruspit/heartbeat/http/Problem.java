package org.lazaruspit.heartbeat.http;

import java.util.Objects;

/**
 * Why a gateway refused a request, as it stands in an {@code application/problem+json} answer.
 *
 * <p>Compare {@link #type()} with the constants of this class: they are stable, the texts are not.
 * Immutable and safe to share between threads.
 *
 * @param type the kind of problem, a URI that never changes its meaning
 * @param title the kind of problem in a few words for people
 * @param status the HTTP status it came with
 * @param detail what was wrong with this very request
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457, Problem Details for HTTP APIs</a>
 */
public record Problem(String type, String title, int status, String detail) {

  private static final String PREFIX = "urn:lazaruspit:problem:";

  /** The request breaks a rule of HTTP that the gateway relies on (400). */
  public static final String BAD_REQUEST = PREFIX + "bad-request";

  /** The body is not the JSON that this request takes (400). */
  public static final String MALFORMED_JSON = PREFIX + "malformed-json";

  /** A field of the body or a query parameter has a value that is not allowed (400). */
  public static final String BAD_FIELD = PREFIX + "bad-field";

  /** The agent's id in the path or the body is none (400). */
  public static final String BAD_AGENT_ID = PREFIX + "bad-agent-id";

  /** The gateway asks for a token and got none, or none that it knows (401). */
  public static final String UNAUTHORIZED = PREFIX + "unauthorized";

  /** The token is known, but not for this (403). */
  public static final String FORBIDDEN = PREFIX + "forbidden";

  /** The request names a host that this gateway is not (403). */
  public static final String HOST_NOT_ALLOWED = PREFIX + "host-not-allowed";

  /** The request comes from a web page that may not talk to this gateway (403). */
  public static final String ORIGIN_NOT_ALLOWED = PREFIX + "origin-not-allowed";

  /** There is nothing under this path (404). */
  public static final String NOT_FOUND = PREFIX + "not-found";

  /** The registry does not know this agent (404). */
  public static final String UNKNOWN_AGENT = PREFIX + "unknown-agent";

  /**
   * The path exists, but not for this method; the {@code Allow} header names those it takes (405).
   */
  public static final String METHOD_NOT_ALLOWED = PREFIX + "method-not-allowed";

  /** A newer incarnation of this agent lives: the sender is its zombie (409). */
  public static final String STALE_INCARNATION = PREFIX + "stale-incarnation";

  /** The body is longer than this request may have (413). */
  public static final String BODY_TOO_LARGE = PREFIX + "body-too-large";

  /** The registry takes no further agent (429). */
  public static final String REGISTRY_FULL = PREFIX + "registry-full";

  /** The gateway failed; its log says how (500). */
  public static final String INTERNAL = PREFIX + "internal";

  /** All places for readers of events are taken (503). */
  public static final String TOO_MANY_READERS = PREFIX + "too-many-readers";

  /**
   * Checks what is given.
   *
   * @param type the kind of problem
   * @param title the kind of problem in a few words
   * @param status the HTTP status
   * @param detail what was wrong
   */
  public Problem {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(detail, "detail");
  }

  /** A problem of a given kind, with the title and status that belong to it. */
  static Problem of(String type, String detail) {
    return switch (type) {
      case BAD_REQUEST -> new Problem(type, "Not a valid request", 400, detail);
      case MALFORMED_JSON -> new Problem(type, "Not the expected JSON", 400, detail);
      case BAD_FIELD -> new Problem(type, "A value is not allowed", 400, detail);
      case BAD_AGENT_ID -> new Problem(type, "Not an agent id", 400, detail);
      case UNAUTHORIZED -> new Problem(type, "A token is needed", 401, detail);
      case FORBIDDEN -> new Problem(type, "The token is not for this", 403, detail);
      case HOST_NOT_ALLOWED -> new Problem(type, "Not a name of this gateway", 403, detail);
      case ORIGIN_NOT_ALLOWED -> new Problem(type, "Not open to this web page", 403, detail);
      case NOT_FOUND -> new Problem(type, "Nothing here", 404, detail);
      case UNKNOWN_AGENT -> new Problem(type, "Unknown agent", 404, detail);
      case METHOD_NOT_ALLOWED -> new Problem(type, "Method not allowed", 405, detail);
      case STALE_INCARNATION -> new Problem(type, "A newer incarnation lives", 409, detail);
      case BODY_TOO_LARGE -> new Problem(type, "The body is too long", 413, detail);
      case REGISTRY_FULL -> new Problem(type, "The registry is full", 429, detail);
      case INTERNAL -> new Problem(type, "The gateway failed", 500, detail);
      case TOO_MANY_READERS -> new Problem(type, "Too many readers of events", 503, detail);
      default -> throw new IllegalArgumentException("unknown problem type: " + type);
    };
  }
}
