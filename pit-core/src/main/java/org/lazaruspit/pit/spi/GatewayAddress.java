package org.lazaruspit.pit.spi;

import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Address of a gateway. Immutable and thread-safe.
 *
 * @param name the gateway's name in agents' files
 * @param uri the base address, for example {@code http://127.0.0.1:8080}
 * @param tokenFile the file with the pit's token, or null for a gateway without authentication
 */
public record GatewayAddress(String name, URI uri, @Nullable Path tokenFile) {

  /** Checks that the address is an http or https URL with a host. */
  @SuppressWarnings("doclint:missing") // documented at the record
  public GatewayAddress {
    Objects.requireNonNull(name, "name");
    String scheme = String.valueOf(uri.getScheme());
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException(
          "gateway " + name + ": " + uri + " is not an http or https URL");
    }
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("gateway " + name + ": " + uri + " names no host");
    }
  }

  /**
   * Returns the address of a path on this gateway.
   *
   * @param path an absolute path, percent-encoded
   * @return the base address with the path appended
   */
  public URI resolve(String path) {
    String base = uri.toString();
    return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
  }
}
