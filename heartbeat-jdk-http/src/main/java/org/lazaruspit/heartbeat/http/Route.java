package org.lazaruspit.heartbeat.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What there is under which path, and what can be done with it. */
enum Route {
  HEALTH("/health", false, "GET", "HEAD"),
  HEARTBEAT("/heartbeat/", true, "POST"),
  HEARTBEATS("/heartbeats", false, "POST"),
  AGENT("/agent/", true, "GET", "HEAD", "PUT", "DELETE"),
  FAILURE("/failure/", true, "POST"),
  EVENTS("/events", false, "GET", "HEAD"),
  LIVEZ("/livez", false, "GET", "HEAD");

  private static final List<Route> ALL = List.of(values());

  private final String path;
  private final boolean ofAgent;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of, which is
  private final List<String> methods;

  Route(String path, boolean ofAgent, String... methods) {
    this.path = path;
    this.ofAgent = ofAgent;
    this.methods = List.of(methods);
  }

  /** A route and the agent that the path names, empty where it names none. */
  record Match(Route route, String agentId) {}

  /** What this encoded path leads to, null if nowhere. */
  static @Nullable Match match(String path) {
    for (Route route : ALL) {
      if (!route.ofAgent && path.equals(route.path)) {
        return new Match(route, "");
      }
      if (route.ofAgent
          && path.startsWith(route.path)
          && path.indexOf('/', route.path.length()) < 0) {
        return new Match(route, Request.decoded(path.substring(route.path.length())));
      }
    }
    return null;
  }

  boolean takes(String method) {
    return methods.contains(method);
  }

  /** For the {@code Allow} header. */
  String allowed() {
    return String.join(", ", methods) + ", OPTIONS";
  }
}
