package org.lazaruspit.pit.internal.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import org.lazaruspit.pit.spi.GatewayAddress;

/** Resolves the gateway names of agents' files. */
public final class GatewayNames {

  private static final int DEFAULT_PORT = 8080;

  private GatewayNames() {}

  /**
   * Returns the gateway of this name: from the configuration, or, if the configuration lists no
   * gateway, from the name itself.
   */
  public static Optional<GatewayAddress> find(String name, Map<String, GatewayAddress> configured) {
    if (configured.isEmpty()) {
      return Optional.of(named(name));
    }
    return Optional.ofNullable(configured.get(name));
  }

  /**
   * Returns a gateway for a URL or for a host name, at port 8080. A name that is not a valid URI
   * host (such as one with an underscore) is resolved first.
   *
   * @throws IllegalArgumentException if the text is neither
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
