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
 * Where clients come in.
 *
 * @param ssl for HTTPS, null for HTTP
 * @param clientCertificates whether clients have to have one
 */
record ServerAddress(String host, int port, @Nullable SSLContext ssl, boolean clientCertificates) {

  /**
   * The JDK takes 50 by default, and a client whose connection finds no room tries again after a
   * second.
   */
  private static final int BACKLOG = 1_000;

  ServerAddress {
    Objects.requireNonNull(host, "host");
  }

  /** Refuses to let in everybody from elsewhere, unless that is what was asked for. */
  void requireAuthentication(boolean told) throws UnknownHostException {
    if (!told && !clientCertificates && !InetAddress.getByName(host).isLoopbackAddress()) {
      throw new IllegalStateException(
          "host: "
              + host
              + " can be reached from elsewhere, so set a token, or say that none is wanted");
    }
  }

  HttpServer open() throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
    if (ssl == null) {
      return HttpServer.create(address, BACKLOG);
    }
    HttpsServer server = HttpsServer.create(address, BACKLOG);
    boolean ask = clientCertificates;
    server.setHttpsConfigurator(
        new HttpsConfigurator(ssl) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters defaults = getSSLContext().getDefaultSSLParameters();
            defaults.setNeedClientAuth(ask);
            parameters.setSSLParameters(defaults);
          }
        });
    return server;
  }

  /** Where clients on this machine find it, once it is open. */
  URI uri(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String name = ip.isAnyLocalAddress() ? "localhost" : ip.getHostAddress();
    String shown = name.indexOf(':') < 0 ? name : "[" + name.replaceFirst("%.*", "") + "]";
    return URI.create((ssl == null ? "http" : "https") + "://" + shown + ":" + address.getPort());
  }
}
