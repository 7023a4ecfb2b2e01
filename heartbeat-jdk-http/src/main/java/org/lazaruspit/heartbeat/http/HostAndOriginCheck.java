package org.lazaruspit.heartbeat.http;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests of web pages to a gateway on the loopback interface: a browser lets a page send
 * requests there, and read the answers where a host name of the page resolves to 127.0.0.1.
 */
final class HostAndOriginCheck {

  private static final String ANY = "*";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Set<String> hosts;
  private final Set<String> origins;

  HostAndOriginCheck(Set<String> hosts, Set<String> origins) {
    this.hosts = Set.copyOf(hosts);
    this.origins = Set.copyOf(origins);
  }

  /** Refuses a request to another host, or from a page of an origin that is not allowed. */
  void check(Request request) throws ProblemException {
    String host = request.host();
    if (host == null) {
      if (request.exchange().getProtocol().equalsIgnoreCase("HTTP/1.1")) {
        throw ProblemException.of(Problem.BAD_REQUEST, "the Host header is missing");
      }
    } else {
      checkHost(host, request);
    }
    String origin = request.origin();
    if (origin != null && !isAllowed(origin, host)) {
      throw ProblemException.of(
          Problem.ORIGIN_NOT_ALLOWED, "web pages of this origin may not use this gateway");
    }
  }

  private void checkHost(String header, Request request) throws ProblemException {
    String name = name(header);
    boolean loopback = LOOPBACK.contains(name);
    boolean allowed =
        hosts.isEmpty()
            ? loopback || !isLoopback(request)
            : hosts.contains(ANY) || hosts.contains(name) || (loopback && isLoopback(request));
    if (!allowed) {
      throw ProblemException.of(
          Problem.HOST_NOT_ALLOWED, "the Host header names none of this gateway's hosts");
    }
  }

  private static boolean isLoopback(Request request) {
    return request.exchange().getLocalAddress().getAddress().isLoopbackAddress();
  }

  /** Returns a host without its port. */
  private static String name(String host) {
    int end = host.endsWith("]") ? -1 : host.lastIndexOf(':');
    return (end < 0 ? host : host.substring(0, end)).toLowerCase(Locale.ROOT);
  }

  private boolean isAllowed(String origin, @Nullable String host) {
    return origins.contains(origin)
        || origin.equals("http://" + host)
        || origin.equals("https://" + host);
  }
}
