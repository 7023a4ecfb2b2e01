package org.lazaruspit.pit.internal.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import org.lazaruspit.pit.spi.GatewayAddress;

/** Which gateway an agent's file means. */
public final class GatewayNames {

  private static final int DEFAULT_PORT = 8080;

  private GatewayNames() {}

  /**
   * The gateway that a file calls by this name: one from the configuration, or, where the
   * configuration lists none, whatever the name itself leads to.
   */
  public static Optional<GatewayAddress> find(String name, Map<String, GatewayAddress> configured) {
    if (configured.isEmpty()) {
      return Optional.of(named(name));
    }
    return Optional.ofNullable(configured.get(name));
  }

  /**
   * A gateway from a URL or from a bare name, which is a host at port 8080. A name that is no valid
   * URI host (one with an underscore) is resolved first.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static GatewayAddress named(String text) {
    if (text.contains("://")) {
      return new GatewayAddress(text, URI.create(text), null);
    }
    URI uri = URI.create("http://" + text + ":" + DEFAULT_PORT);
    return new GatewayAddress(text, uri.getHost() == null ? resolved(text) : uri, null);
  }

  private static URI resolved(String name) {
    try {
      String address = InetAddress.getByName(name).getHostAddress();
      String host = address.contains(":") ? "[" + address + "]" : address;
      return URI.create("http://" + host + ":" + DEFAULT_PORT);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("gateway " + name + ": no such host", e);
    }
  }
}
