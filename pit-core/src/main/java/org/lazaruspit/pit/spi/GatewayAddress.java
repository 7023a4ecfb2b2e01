package org.lazaruspit.pit.spi;

import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway is and how to speak to it. Immutable and thread-safe.
 *
 * @param name the name that agents' files use
 * @param uri its base address, for example {@code http://127.0.0.1:8080}
 * @param tokenFile the file that holds the pit's token for it, or null where it asks for none
 */
public record GatewayAddress(String name, URI uri, @Nullable Path tokenFile) {

  /** Checks that the address can be spoken to over HTTP. */
  @SuppressWarnings("doclint:missing") // the record says it
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
   * The address of a path beneath this gateway.
   *
   * @param path an absolute path, already percent-encoded where it must be
   * @return the base address with the path appended
   */
  public URI resolve(String path) {
    String base = uri.toString();
    return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
  }
}
