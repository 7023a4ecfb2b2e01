package org.lazaruspit.examples.pit.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lazaruspit.heartbeat.http.ProblemException;

/**
 * Method, path and handler of one kind of request.
 *
 * @param method GET, which includes HEAD, or POST
 * @param path the segments; a name in braces is a variable
 * @param open whether no token is needed
 * @param handler the handler
 */
public record Route(String method, List<String> path, boolean open, Handler handler) {

  /** Handler of a request. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Answers; it may throw what {@link ControlServer} knows how to say: a {@link
     * ProblemException}, {@link java.util.NoSuchElementException} (404), {@link
     * IllegalArgumentException} (400) or {@link IllegalStateException} (409).
     */
    Response handle(ControlRequest request) throws Exception;
  }

  /** Returns a route for reading. */
  public static Route get(String path, Handler handler) {
    return new Route("GET", segments(path), false, handler);
  }

  /** Returns a route for changing. */
  public static Route post(String path, Handler handler) {
    return new Route("POST", segments(path), false, handler);
  }

  /** Returns a route for reading without the token. */
  public static Route open(String path, Handler handler) {
    return new Route("GET", segments(path), true, handler);
  }

  /** Returns the decoded variables by name; empty if the path does not match. */
  Optional<Map<String, String>> match(List<String> segments) {
    if (segments.size() != path.size()) {
      return Optional.empty();
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      String segment = path.get(i);
      if (segment.startsWith("{")) {
        values.put(segment.substring(1, segment.length() - 1), segments.get(i));
      } else if (!segment.equals(segments.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  boolean takes(String name) {
    return name.equals(method) || (name.equals("HEAD") && method.equals("GET"));
  }

  /** Splits a path into segments, and then decodes each. */
  static List<String> segments(String rawPath) {
    List<String> segments = new ArrayList<>();
    for (String segment : rawPath.substring(1).split("/", -1)) {
      segments.add(ControlRequest.decoded(segment));
    }
    return segments;
  }
}
