package org.lazaruspit.heartbeat.http;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Listen address of a server.
 *
 * @param ssl for HTTPS, null for HTTP
 * @param clientCertificates whether clients need a certificate
 */
record ServerAddress(String host, int port, @Nullable SSLContext ssl, boolean clientCertificates) {

  /** The JDK's default is 50, and a client without room in the backlog retries after a second. */
  private static final int BACKLOG = 1_000;

  ServerAddress {
    Objects.requireNonNull(host, "host");
  }

  /** Refuses an address that other machines can reach without authentication, unless permitted. */
  void requireAuthentication(boolean permitted) throws UnknownHostException {
    if (!permitted && !clientCertificates && !InetAddress.getByName(host).isLoopbackAddress()) {
      throw new IllegalStateException(
          "host: "
              + host
              + " can be reached by other machines; set a token or permit access without token");
    }
  }

  HttpServer open() throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
    if (ssl == null) {
      return HttpServer.create(address, BACKLOG);
    }
    HttpsServer server = HttpsServer.create(address, BACKLOG);
    boolean needCertificate = clientCertificates;
    server.setHttpsConfigurator(
        new HttpsConfigurator(ssl) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters defaults = getSSLContext().getDefaultSSLParameters();
            defaults.setNeedClientAuth(needCertificate);
            parameters.setSSLParameters(defaults);
          }
        });
    return server;
  }

  /** Returns the URL for clients on this machine. */
  URI uri(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String name = ip.isAnyLocalAddress() ? "localhost" : ip.getHostAddress();
    String shown = name.indexOf(':') < 0 ? name : "[" + name.replaceFirst("%.*", "") + "]";
    return URI.create((ssl == null ? "http" : "https") + "://" + shown + ":" + address.getPort());
  }
}
