package org.lazaruspit.examples.pit.control;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.lazaruspit.heartbeat.http.Problem;
import org.lazaruspit.heartbeat.http.ProblemException;

/**
 * Refuses requests without the token, and those of web pages: a browser lets a page send requests
 * to the loopback interface, and read the answers where a host name of the page resolves to it.
 *
 * <p>Stricter than a gateway, which takes any port and lists of names and origins: the target and
 * the only {@code Host} header must both be this address with its port.
 */
final class AccessCheck {

  private static final String BEARER = "bearer ";

  private final Set<String> authorities = new HashSet<>();
  private final Set<String> origins;
  private final byte[] token;

  /**
   * Creates the check of one address.
   *
   * @param host the host as configured
   */
  AccessCheck(String host, int port, String token) {
    String own = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    for (String name : List.of("127.0.0.1", "localhost", "[::1]", own.toLowerCase(Locale.ROOT))) {
      authorities.add(name + ":" + port);
      if (port == 80) {
        authorities.add(name);
      }
    }
    this.origins =
        authorities.stream().map(name -> "http://" + name).collect(Collectors.toUnmodifiableSet());
    this.token = token.getBytes(StandardCharsets.US_ASCII);
  }

  /** Refuses a request to another host, or from a page of another origin. */
  void checkOrigin(HttpExchange exchange) throws ProblemException {
    Headers headers = exchange.getRequestHeaders();
    List<String> hosts = headers.getOrDefault("Host", List.of());
    String target = exchange.getRequestURI().getRawAuthority();
    boolean known =
        hosts.size() == 1
            && authorities.contains(hosts.get(0).toLowerCase(Locale.ROOT))
            && (target == null || authorities.contains(target.toLowerCase(Locale.ROOT)));
    if (!known) {
      throw ProblemException.of(
          Problem.HOST_NOT_ALLOWED, "the Host header is not this daemon's address");
    }
    if (!origins.containsAll(headers.getOrDefault("Origin", List.of()))) {
      throw ProblemException.of(
          Problem.ORIGIN_NOT_ALLOWED, "web pages of other origins may not use this daemon");
    }
  }

  /** Refuses a request without the token. */
  void checkToken(HttpExchange exchange) throws ProblemException {
    List<String> given = exchange.getRequestHeaders().getOrDefault("Authorization", List.of());
    if (given.size() != 1 || !isToken(given.get(0))) {
      throw ProblemException.of(
          Problem.UNAUTHORIZED, "send the header Authorization: Bearer with the daemon's token");
    }
  }

  private boolean isToken(String header) {
    return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && MessageDigest.isEqual(
            token, header.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
  }
}
