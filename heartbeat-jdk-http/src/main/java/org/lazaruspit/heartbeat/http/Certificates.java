package org.lazaruspit.heartbeat.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Derives the principal of a request from the client's certificate, if present. */
final class Certificates {

  private static final String PREFIX = "urn:lazaruspit:agent:";

  /** Kind of a subject alternative name that is a URI (RFC 5280, section 4.2.1.6). */
  private static final int URI = 6;

  private final Function<? super X509Certificate, Optional<String>> agentOf;

  Certificates(Function<? super X509Certificate, Optional<String>> agentOf) {
    this.agentOf = agentOf;
  }

  Principal principal(HttpExchange exchange) {
    X509Certificate certificate =
        exchange instanceof HttpsExchange https ? of(https.getSSLSession()) : null;
    return certificate == null
        ? Principal.UNRESTRICTED
        : agentOf.apply(certificate).map(Principal::of).orElse(Principal.UNRESTRICTED);
  }

  private static @Nullable X509Certificate of(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate client ? client : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  /** Returns the agent that a certificate names as {@code urn:lazaruspit:agent:ID}. */
  static Optional<String> namedAgent(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? Optional.empty()
          : names.stream()
              .filter(name -> Integer.valueOf(URI).equals(name.get(0)))
              .map(name -> String.valueOf(name.get(1)))
              .filter(uri -> uri.startsWith(PREFIX))
              .map(uri -> uri.substring(PREFIX.length()))
              .findFirst();
    } catch (CertificateParsingException e) {
      // An unreadable certificate has no known principal, so the request fails.
      throw new IllegalArgumentException("the client's certificate cannot be read", e);
    }
  }
}
