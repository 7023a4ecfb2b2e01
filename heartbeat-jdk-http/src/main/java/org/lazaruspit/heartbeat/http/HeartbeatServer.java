package org.lazaruspit.heartbeat.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.HealthRegistry;

/**
 * HTTP server of a registry.
 *
 * <pre>{@code
 * registry.start();
 * try (HeartbeatServer server = HeartbeatServer.builder(registry).port(8080).start()) {
 *   System.out.println("listening on " + server.uri());
 *   ...
 * }
 * }</pre>
 *
 * <p>Safe by default: the server binds to 127.0.0.1; another address requires a token, client
 * certificates or {@link Builder#withoutToken()}. Each exchange has a deadline for its head, its
 * body and its response; a slower client is cut off by an interrupt of its thread. While requests
 * wait for a place (see {@link Builder#concurrency}), the deadlines are a tenth.
 *
 * <p>This server limits running and waiting exchanges, the time of each part of an exchange, the
 * length of bodies, and the readers of events. Further limits are system properties of the JDK,
 * which hold for every server of the JVM and are read at the creation of the first server: {@code
 * jdk.httpserver.maxConnections} (open connections of a server; set to 10,000 here unless set
 * already, with a warning in the log if that is too late), {@code
 * sun.net.httpserver.maxIdleConnections} (idle connections; 200 by default, further ones are closed
 * after their response), {@code sun.net.httpserver.idleInterval} (30 seconds, after which an idle
 * connection is closed), {@code sun.net.httpserver.maxReqHeaders} (200) and {@code
 * sun.net.httpserver.maxReqHeaderSize} (389,120 bytes).
 *
 * <p>Exchanges run on virtual threads if the JVM has them, else on pooled daemon threads, or on the
 * given executor: on up to two threads per processor, and within milliseconds on further threads
 * while slow clients block some. The caller starts and closes the registry. Thread-safe.
 */
public final class HeartbeatServer implements AutoCloseable {

  private final HeartbeatHandler handler;
  private final HttpServer http;
  private final AdaptiveExecutor adaptiveExecutor;
  private final ExchangeDeadlines deadlines;
  private final @Nullable ExecutorService ownThreads;
  private final URI uri;
  private final Object closeLock = new Object();

  @GuardedBy("closeLock")
  private boolean closed;

  private HeartbeatServer(Builder builder, HeartbeatHandler handler) throws IOException {
    this.handler = handler;
    this.http = builder.address.open();
    this.deadlines = new ExchangeDeadlines(builder.limits);
    this.ownThreads = builder.executor == null ? Threads.named("lazarus-http") : null;
    this.adaptiveExecutor =
        new AdaptiveExecutor(
            threads(builder),
            builder.concurrency,
            Math.min(2 * Runtime.getRuntime().availableProcessors(), builder.concurrency),
            builder.concurrency * 64);
    http.createContext("/", handler);
    http.setExecutor(exchange -> adaptiveExecutor.execute(() -> deadlines.run(exchange)));
    this.uri = builder.address.uri(http.getAddress());
    adaptiveExecutor.start("lazarus-http-workers");
    deadlines.start("lazarus-http-deadlines", adaptiveExecutor::hasBacklog);
    JdkServer.startAsDaemon(http);
  }

  private Executor threads(Builder builder) {
    return ownThreads != null ? ownThreads : Objects.requireNonNull(builder.executor);
  }

  /**
   * Returns a builder with the defaults.
   *
   * @param registry the registry to serve
   * @return a new builder
   */
  public static Builder builder(HealthRegistry registry) {
    return new Builder(registry);
  }

  /**
   * Returns the URL of the server for clients on this machine.
   *
   * @return scheme, address and real port, without a path
   */
  public URI uri() {
    return uri;
  }

  /**
   * Returns the address that the server is bound to.
   *
   * @return the address with the real port
   */
  public InetSocketAddress address() {
    return http.getAddress();
  }

  /**
   * Returns the id of this server, new at each start.
   *
   * @return the {@code instance} of {@code GET /health}
   */
  public String instance() {
    return handler.instance();
  }

  /** Returns the number of running exchanges. */
  int runningExchanges() {
    return deadlines.running();
  }

  /**
   * Stops the server: stops the event streams, cuts off incomplete requests, lets responses finish
   * within two seconds, then closes every connection and stops every own thread. May be called
   * repeatedly. A given executor stays open.
   */
  @Override
  public void close() {
    synchronized (closeLock) {
      if (!closed) {
        closed = true;
        stop();
      }
    }
  }

  private void stop() {
    handler.close();
    deadlines.drain();
    http.stop(0);
    adaptiveExecutor.close();
    deadlines.close();
    if (ownThreads != null) {
      Threads.stop(ownThreads);
    }
  }

  /** Builder of a server. Not thread-safe. */
  public static final class Builder {
    private final HeartbeatHandler.Builder handler;
    private ServerAddress address = new ServerAddress("127.0.0.1", 8080, null, false);
    private boolean withoutToken;
    private @Nullable Executor executor;
    private int concurrency = Threads.areVirtual() ? 4_000 : 512;
    private ExchangeDeadlines.Limits limits =
        new ExchangeDeadlines.Limits(
            Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(30));

    private Builder(HealthRegistry registry) {
      this.handler = HeartbeatHandler.builder(registry);
    }

    /**
     * Sets the address to bind to. Default 127.0.0.1.
     *
     * @param name a name or an address of this machine; {@code 0.0.0.0} for all IPv4 addresses
     * @return this builder
     */
    public Builder host(String name) {
      this.address =
          new ServerAddress(name, address.port(), address.ssl(), address.clientCertificates());
      return this;
    }

    /**
     * Sets the port. Default 8080.
     *
     * @param number 0 to 65535; 0 for any free port
     * @return this builder
     */
    public Builder port(int number) {
      if (number < 0 || number > 65_535) {
        throw new IllegalArgumentException("port: " + number + " is not from 0 to 65535");
      }
      this.address =
          new ServerAddress(address.host(), number, address.ssl(), address.clientCertificates());
      return this;
    }

    /**
     * Requires a token that gives full access. Default: no token is required.
     *
     * @param token the token that clients send as {@code Authorization: Bearer}
     * @return this builder
     */
    public Builder token(String token) {
      return tokens(TokenCheck.of(token));
    }

    /**
     * Sets the check of tokens. Default: every client has full access.
     *
     * @param check the check
     * @return this builder
     */
    public Builder tokens(TokenCheck check) {
      handler.tokens(check);
      return this;
    }

    /**
     * Permits a server without token and client certificates that other machines can reach.
     *
     * @return this builder
     */
    public Builder withoutToken() {
      this.withoutToken = true;
      return this;
    }

    /**
     * Serves HTTPS instead of HTTP.
     *
     * @param context with the server's key and certificate
     * @return this builder
     */
    public Builder ssl(SSLContext context) {
      this.address =
          new ServerAddress(
              address.host(), address.port(), Objects.requireNonNull(context, "context"), false);
      return this;
    }

    /**
     * Serves HTTPS only to clients with a certificate that the context trusts. A certificate that
     * names an agent permits this agent only, see {@link
     * HeartbeatHandler.Builder#agentOfCertificate}.
     *
     * @param context with the server's key and certificate, and the trusted certificates
     * @return this builder
     */
    public Builder mutualSsl(SSLContext context) {
      this.address =
          new ServerAddress(
              address.host(), address.port(), Objects.requireNonNull(context, "context"), true);
      return this;
    }

    /**
     * Changes settings of the handler: host names, origins, events.
     *
     * @param change called immediately
     * @return this builder
     */
    public Builder handler(Consumer<? super HeartbeatHandler.Builder> change) {
      change.accept(handler);
      return this;
    }

    /**
     * Sets the executor of the exchanges. Default: virtual threads if the JVM has them, else pooled
     * daemon threads.
     *
     * @param threads the executor; must run each task on another thread than the caller's; stays
     *     open
     * @return this builder
     */
    public Builder executor(Executor threads) {
      this.executor = Objects.requireNonNull(threads, "threads");
      return this;
    }

    /**
     * Sets the maximum number of running exchanges; 64 times as many may wait, further connections
     * are closed. Default 4,000 with virtual threads, else 512.
     *
     * @param exchanges 1 to 100,000
     * @return this builder
     */
    public Builder concurrency(int exchanges) {
      if (exchanges < 1 || exchanges > 100_000) {
        throw new IllegalArgumentException(
            "concurrency: " + exchanges + " is not from 1 to 100000");
      }
      this.concurrency = exchanges;
      return this;
    }

    /**
     * Sets the deadlines of a client. Default 10 seconds for the request line and headers, 10 for
     * the body, 30 for the response.
     *
     * @param head from the first byte to the end of the headers, TLS handshake included
     * @param body from there to the end of the body
     * @param answer from there to the last byte of the response
     * @return this builder
     */
    public Builder limits(Duration head, Duration body, Duration answer) {
      this.limits = new ExchangeDeadlines.Limits(head, body, answer);
      return this;
    }

    /**
     * Binds the address and starts to serve.
     *
     * @return the running server
     * @throws IOException if the address cannot be bound to
     * @throws IllegalStateException if other machines could reach the server without a token,
     *     client certificates or {@link #withoutToken()}
     */
    public HeartbeatServer start() throws IOException {
      JdkServer.disableNagle();
      JdkServer.limitConnections();
      HeartbeatHandler built = handler.build();
      boolean started = false;
      try {
        address.requireAuthentication(built.requiresToken() || withoutToken);
        HeartbeatServer server = new HeartbeatServer(this, built);
        started = true;
        return server;
      } finally {
        if (!started) {
          built.close();
        }
      }
    }
  }
}
