package org.lazaruspit.examples.pit.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lazaruspit.heartbeat.http.ProblemException;

/**
 * What the daemon does with one kind of request.
 *
 * @param method GET, which answers HEAD, too, or POST
 * @param path its segments; one in braces stands for any and is named by what is between them
 * @param open whether it needs no token
 * @param handler what is done
 */
public record Route(String method, List<String> path, boolean open, Handler handler) {

  /** What is done with a request. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Answers; it may throw what {@link ControlServer} knows how to say: a {@link
     * ProblemException}, {@link java.util.NoSuchElementException} (404), {@link
     * IllegalArgumentException} (400) or {@link IllegalStateException} (409).
     */
    Response handle(ControlRequest request) throws Exception;
  }

  /** Something to look at, with the token. */
  public static Route get(String path, Handler handler) {
    return new Route("GET", segments(path), false, handler);
  }

  /** Something to do, with the token. */
  public static Route post(String path, Handler handler) {
    return new Route("POST", segments(path), false, handler);
  }

  /** Something that everybody on this machine may look at. */
  public static Route open(String path, Handler handler) {
    return new Route("GET", segments(path), true, handler);
  }

  /** The decoded values of the segments in braces, or empty where this path is another. */
  Optional<Map<String, String>> match(List<String> asked) {
    if (asked.size() != path.size()) {
      return Optional.empty();
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < asked.size(); i++) {
      String segment = path.get(i);
      if (segment.startsWith("{")) {
        values.put(segment.substring(1, segment.length() - 1), asked.get(i));
      } else if (!segment.equals(asked.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  boolean takes(String asked) {
    return asked.equals(method) || (asked.equals("HEAD") && method.equals("GET"));
  }

  /** A path taken apart; what is encoded in a segment is decoded after that. */
  static List<String> segments(String rawPath) {
    List<String> segments = new ArrayList<>();
    for (String segment : rawPath.substring(1).split("/", -1)) {
      segments.add(ControlRequest.decoded(segment));
    }
    return segments;
  }
}
