package org.lazaruspit.heartbeat.http;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.HealthRegistry;

/**
 * A server of its own for the registry's HTTP interface.
 *
 * <pre>{@code
 * registry.start();
 * try (HeartbeatServer server = HeartbeatServer.builder(registry).port(8080).start()) {
 *   System.out.println("listening on " + server.uri());
 *   ...
 * }
 * }</pre>
 *
 * <p>Safe by default: it binds to 127.0.0.1, and elsewhere only if a token is asked for, client
 * certificates are, or {@link Builder#withoutToken()} says that neither is wanted. Each exchange
 * has a deadline for its head, its body and its answer; a client that is slower is cut off by
 * interrupting the thread that serves it. When more exchanges are under way than there are places
 * for (see {@link Builder#concurrency}), they may take a tenth of their limits.
 *
 * <p>By itself and for itself this server bounds how many exchanges are under way and how many
 * wait, the time that each part of one takes, the length of bodies, and the readers of events.
 * Further bounds are the JDK's: system properties that hold for every server of the JVM and are
 * read when the first one is made. These are {@code jdk.httpserver.maxConnections} (open
 * connections of a server; set to 10,000 here unless it is set already, with a warning in the log
 * when that came too late), {@code sun.net.httpserver.maxIdleConnections} (connections kept between
 * requests; 200 by default, further ones are closed after their answer), {@code
 * sun.net.httpserver.idleInterval} (30 seconds, then one that says nothing is closed), {@code
 * sun.net.httpserver.maxReqHeaders} (200) and {@code sun.net.httpserver.maxReqHeaderSize} (389,120
 * bytes).
 *
 * <p>Exchanges run on virtual threads where the JVM has them, elsewhere on pooled daemon threads,
 * or on the executor that is handed in: on twice as many at a time as there are processors, and on
 * further ones within milliseconds where slow clients hold some up. The registry stays yours: start
 * and close it yourself. Thread-safe.
 */
public final class HeartbeatServer implements AutoCloseable {

  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final HeartbeatHandler handler;
  private final HttpServer http;
  private final AdaptiveExecutor workers;
  private final ExchangeDeadlines deadlines;
  private final @Nullable ExecutorService ownThreads;
  private final URI uri;
  private boolean closed;

  private HeartbeatServer(Builder builder, HeartbeatHandler handler) throws IOException {
    this.handler = handler;
    this.http = builder.door.open();
    this.deadlines = new ExchangeDeadlines(builder.limits, System::nanoTime);
    this.ownThreads = builder.executor == null ? Threads.named("lazarus-http") : null;
    this.workers =
        new AdaptiveExecutor(
            executor(builder),
            builder.concurrency,
            Math.min(2 * Runtime.getRuntime().availableProcessors(), builder.concurrency),
            builder.concurrency * 64);
    http.createContext("/", handler);
    http.setExecutor(exchange -> workers.execute(() -> deadlines.run(exchange)));
    this.uri = builder.door.uri(http.getAddress());
    workers.start("lazarus-http-workers");
    deadlines.start("lazarus-http-deadlines", workers::othersWait);
    JdkServer.startAsDaemon(http);
  }

  private Executor executor(Builder builder) {
    return ownThreads != null ? ownThreads : Objects.requireNonNull(builder.executor);
  }

  /**
   * Starts a server with the defaults.
   *
   * @param registry what it makes available
   * @return a new builder
   */
  public static Builder builder(HealthRegistry registry) {
    return new Builder(registry);
  }

  /**
   * Where clients on this machine reach the server.
   *
   * @return scheme, address and real port, without a path
   */
  public URI uri() {
    return uri;
  }

  /**
   * What the server is bound to.
   *
   * @return the address with the real port
   */
  public InetSocketAddress address() {
    return http.getAddress();
  }

  /**
   * Identifies this server since its start.
   *
   * @return the {@code instance} of {@code GET /health}
   */
  public String instance() {
    return handler.instance();
  }

  /** How many exchanges are being served. */
  int underWay() {
    return deadlines.running();
  }

  /**
   * Ends the server: event streams are ended, requests that are not complete are cut off, answers
   * may finish within two seconds, then every connection is closed and every thread that was
   * started ends. Can be called more than once. An executor that was handed in stays open.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    handler.close();
    deadlines.endReading();
    long start = System.nanoTime();
    while (deadlines.running() > 0 && System.nanoTime() - start < DRAIN_NANOS) {
      LockSupport.parkNanos(1_000_000);
    }
    http.stop(0);
    workers.close();
    deadlines.close();
    if (ownThreads != null) {
      Threads.end(ownThreads);
    }
  }

  /** Settings of a server. Not thread-safe. */
  public static final class Builder {
    private final HeartbeatHandler.Builder handler;
    private ServerAddress door = new ServerAddress("127.0.0.1", 8080, null, false);
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
      this.door = new ServerAddress(name, door.port(), door.ssl(), door.clientCertificates());
      return this;
    }

    /**
     * Sets the port. Default 8080.
     *
     * @param number 0 to 65535; 0 for any that is free
     * @return this builder
     */
    public Builder port(int number) {
      if (number < 0 || number > 65_535) {
        throw new IllegalArgumentException("port: " + number + " is not from 0 to 65535");
      }
      this.door = new ServerAddress(door.host(), number, door.ssl(), door.clientCertificates());
      return this;
    }

    /**
     * Asks for one token for everything. Default: none is asked for.
     *
     * @param token what clients have to present as {@code Authorization: Bearer}
     * @return this builder
     */
    public Builder token(String token) {
      return tokens(TokenCheck.of(token));
    }

    /**
     * Says who may do what. Default: everybody may do everything.
     *
     * @param check the tokens
     * @return this builder
     */
    public Builder tokens(TokenCheck check) {
      handler.tokens(check);
      return this;
    }

    /**
     * Says that no token is wanted even though others than this machine can reach the server.
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
      this.door =
          new ServerAddress(
              door.host(), door.port(), Objects.requireNonNull(context, "context"), false);
      return this;
    }

    /**
     * Serves HTTPS to clients that have a certificate which the context trusts, and to no others.
     * One that names an agent speaks for this agent alone, see {@link
     * HeartbeatHandler.Builder#agentOfCertificate}.
     *
     * @param context with the server's key and certificate, and what it trusts
     * @return this builder
     */
    public Builder mutualSsl(SSLContext context) {
      this.door =
          new ServerAddress(
              door.host(), door.port(), Objects.requireNonNull(context, "context"), true);
      return this;
    }

    /**
     * Changes settings of the handler beneath: names, origins, events.
     *
     * @param change called at once
     * @return this builder
     */
    public Builder handler(Consumer<? super HeartbeatHandler.Builder> change) {
      change.accept(handler);
      return this;
    }

    /**
     * Hands in the executor that exchanges run on. Default: virtual threads where the JVM has them,
     * else pooled daemon threads.
     *
     * @param threads must run each task on another thread than the caller's; it is not closed
     * @return this builder
     */
    public Builder executor(Executor threads) {
      this.executor = Objects.requireNonNull(threads, "threads");
      return this;
    }

    /**
     * Sets how many exchanges may be under way at a time; as many times 64 may wait, further ones
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
     * Sets how long a client may take. Default 10 seconds for the request line and headers, 10 for
     * the body, 30 to take the answer.
     *
     * @param head from the first byte to the end of the headers, TLS handshake included
     * @param body from there to the end of the body
     * @param answer from there to the last byte of the answer
     * @return this builder
     */
    public Builder limits(Duration head, Duration body, Duration answer) {
      this.limits =
          new ExchangeDeadlines.Limits(
              positive("head", head), positive("body", body), positive("answer", answer));
      return this;
    }

    private static Duration positive(String name, Duration limit) {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException(name + ": " + limit + " is not more than zero");
      }
      return limit;
    }

    /**
     * Binds and serves.
     *
     * @return the running server
     * @throws IOException if the address cannot be bound to
     * @throws IllegalStateException if others than this machine could reach the server, and neither
     *     a token nor client certificates are asked for, nor {@link #withoutToken()} was said
     */
    public HeartbeatServer start() throws IOException {
      JdkServer.sendAtOnce();
      JdkServer.boundConnections();
      HeartbeatHandler built = handler.build();
      boolean started = false;
      try {
        door.requireAuthentication(built.asksForToken() || withoutToken);
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
