package org.lazaruspit.examples.pit.control;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps out who has no business here: web pages, which a browser lets send requests to the loopback
 * interface, and with a host name of their own that resolves to it even read the answers; and whom
 * the token was not given to.
 */
final class Guard {

  private static final String BEARER = "bearer ";

  private final Set<String> authorities;
  private final Set<String> origins;
  private final byte[] token;

  /**
   * A guard of one address.
   *
   * @param host what the configuration calls it
   */
  Guard(String host, int port, String token) {
    String own = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    this.authorities =
        Set.of("127.0.0.1", "localhost", "[::1]").stream().collect(Collectors.toSet());
    this.authorities.add(own.toLowerCase(Locale.ROOT));
    Set<String> withPort =
        authorities.stream().map(name -> name + ":" + port).collect(Collectors.toSet());
    if (port != 80) {
      authorities.clear();
    }
    authorities.addAll(withPort);
    this.origins =
        authorities.stream().map(name -> "http://" + name).collect(Collectors.toUnmodifiableSet());
    this.token = token.getBytes(StandardCharsets.US_ASCII);
  }

  /** Refuses a request that does not mean this daemon, or that comes from a page of another. */
  void checkPlace(HttpExchange exchange) throws HttpProblem {
    Headers headers = exchange.getRequestHeaders();
    List<String> hosts = headers.getOrDefault("Host", List.of());
    String target = exchange.getRequestURI().getRawAuthority();
    boolean known =
        hosts.size() == 1
            && authorities.contains(hosts.get(0).toLowerCase(Locale.ROOT))
            && (target == null || authorities.contains(target.toLowerCase(Locale.ROOT)));
    if (!known) {
      throw new HttpProblem(
          HttpProblem.Kind.HOST_NOT_ALLOWED, "the Host header is not this daemon's address");
    }
    if (!origins.containsAll(headers.getOrDefault("Origin", List.of()))) {
      throw new HttpProblem(
          HttpProblem.Kind.ORIGIN_NOT_ALLOWED,
          "web pages of other origins may not use this daemon");
    }
  }

  /** Refuses a request without the token. */
  void checkToken(HttpExchange exchange) throws HttpProblem {
    List<String> given = exchange.getRequestHeaders().getOrDefault("Authorization", List.of());
    if (given.size() != 1 || !isToken(given.get(0))) {
      throw new HttpProblem(
          HttpProblem.Kind.UNAUTHORIZED,
          "send the header Authorization: Bearer with the daemon's token");
    }
  }

  private boolean isToken(String header) {
    return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && MessageDigest.isEqual(
            token, header.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
  }
}
