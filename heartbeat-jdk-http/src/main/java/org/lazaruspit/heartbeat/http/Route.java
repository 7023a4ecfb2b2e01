package org.lazaruspit.heartbeat.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Paths of a gateway, with their methods. */
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

  @SuppressWarnings("ImmutableEnumChecker") // immutable, by List.of
  private final List<String> methods;

  Route(String path, boolean ofAgent, String... methods) {
    this.path = path;
    this.ofAgent = ofAgent;
    this.methods = List.of(methods);
  }

  /** Route of a path, with the id of an agent; empty for a path without an agent. */
  record Match(Route route, String agentId) {}

  /** Returns the route of an encoded path, or null. */
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

  /** Returns the {@code Allow} header. */
  String allowed() {
    return String.join(", ", methods) + ", OPTIONS";
  }
}
