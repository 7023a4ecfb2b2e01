package org.lazaruspit.heartbeat.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP interface of a registry, to mount under any path of an {@code HttpServer}:
 *
 * <pre>{@code
 * HeartbeatHandler handler = HeartbeatHandler.builder(registry).tokens(TokenCheck.of("secret")).build();
 * httpServer.createContext("/gateway", handler);
 * }</pre>
 *
 * <p>A mounted handler has the limits of its server. The JDK's {@code HttpServer} does not limit
 * the time of a client to send a request or to read a response, and runs all exchanges on one
 * thread unless it has an executor: set an executor, or use {@link HeartbeatServer}, which has all
 * these limits. This class only limits the readers of events, which have own threads.
 *
 * <p>Create the first handler before the first {@code HttpServer} of the JVM: for fast responses
 * the JDK needs the system property {@code sun.net.httpserver.nodelay}, which it reads once and
 * which this class sets.
 *
 * <p>Thread-safe. {@link #close()} stops the event streams, but not the registry or the server.
 */
public final class HeartbeatHandler implements HttpHandler, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatHandler.class);

  private final String instance = UUID.randomUUID().toString();
  private final HealthRegistry registry;
  private final String listener;
  private final TokenCheck tokens;
  private final Certificates certificates;
  private final HostAndOriginCheck hostAndOriginCheck;
  private final Set<String> origins;
  private final EventStreams events;
  private final RouteHandlers handlers;

  private HeartbeatHandler(Builder builder) {
    JdkServer.disableNagle();
    this.tokens = builder.tokens;
    this.certificates = new Certificates(builder.agentOf);
    this.origins = Set.copyOf(builder.origins);
    this.hostAndOriginCheck = new HostAndOriginCheck(builder.hosts, origins);
    this.events =
        new EventStreams(
            instance,
            builder.eventHistory,
            builder.eventReaders,
            builder.keepAlive,
            builder.eventWriteLimit);
    this.handlers = new RouteHandlers(builder.registry, instance, events);
    this.registry = builder.registry;
    this.listener = "events over HTTP, instance " + instance;
    registry.addListener(listener, events::add);
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
   * Returns the id of this handler, new at each start, so that clients detect a restart with an
   * empty registry.
   *
   * @return a unique text
   */
  public String instance() {
    return instance;
  }

  boolean requiresToken() {
    return !tokens.isNone();
  }

  /**
   * Handles one request.
   *
   * @param exchange the exchange
   * @throws IOException if the client has disconnected or was cut off
   */
  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Request request = new Request(exchange);
    try {
      respond(request);
    } catch (ProblemException e) {
      request.respond(e.problem());
    } catch (RuntimeException e) {
      handleFailure(request, e);
    }
  }

  private void respond(Request request) throws IOException, ProblemException {
    hostAndOriginCheck.check(request);
    Route.Match match = Route.match(request.path());
    addCorsHeaders(request);
    if (request.method().equals("OPTIONS") && match != null) {
      request.responseHeader("Allow", match.route().allowed());
      request.respond(204);
      return;
    }
    Principal principal = principal(request, match);
    if (match == null) {
      throw ProblemException.of(Problem.NOT_FOUND, "this path does not exist");
    }
    if (!match.route().takes(request.method())) {
      request.responseHeader("Allow", match.route().allowed());
      throw ProblemException.of(
          Problem.METHOD_NOT_ALLOWED, "allowed methods: " + match.route().allowed());
    }
    handlers.perform(match, principal, request);
  }

  /** Returns the principal of a request. Liveness needs no token. */
  private Principal principal(Request request, Route.@Nullable Match match)
      throws ProblemException {
    if (match != null && match.route() == Route.LIVEZ) {
      return Principal.UNRESTRICTED;
    }
    Principal byToken =
        tokens.isNone()
            ? Principal.UNRESTRICTED
            : tokens.principal(request.header("Authorization"));
    return byToken.and(certificates.principal(request.exchange()));
  }

  /** Lets a page of an allowed origin read any response. */
  private void addCorsHeaders(Request request) {
    String origin = request.origin();
    if (origin != null && origins.contains(origin)) {
      request.responseHeader("Access-Control-Allow-Origin", origin);
      request.responseHeader("Vary", "Origin");
      if (request.method().equals("OPTIONS")) {
        request.responseHeader("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE");
        request.responseHeader(
            "Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID");
      }
    }
  }

  /**
   * Handles a failure; a disconnected client appears as a wrapped IOException of the JSON writer.
   */
  private static void handleFailure(Request request, RuntimeException failure) throws IOException {
    if (failure.getCause() instanceof IOException disconnected) {
      throw disconnected;
    }
    LOG.warn("{} {}: request failed", request.method(), request.path(), failure);
    if (request.exchange().getResponseCode() != -1) {
      // A part of the response was sent: only a closed connection marks it as incomplete.
      throw new IOException("the response is incomplete", failure);
    }
    request.respond(Problem.of(Problem.INTERNAL, "see the gateway's log"));
  }

  /** Stops the event streams. May be called repeatedly. */
  @Override
  public void close() {
    registry.removeListener(listener);
    events.close();
  }

  /** Builder of a handler. Not thread-safe. */
  public static final class Builder {
    private final HealthRegistry registry;
    private final Set<String> hosts = new LinkedHashSet<>();
    private final Set<String> origins = new LinkedHashSet<>();
    private TokenCheck tokens = TokenCheck.none();
    private Function<? super X509Certificate, Optional<String>> agentOf = Certificates::namedAgent;
    private int eventHistory = 1_000;
    private int eventReaders = 64;
    private Duration keepAlive = Duration.ofSeconds(15);
    private Duration eventWriteLimit = Duration.ofSeconds(10);

    private Builder(HealthRegistry registry) {
      this.registry = Objects.requireNonNull(registry, "registry");
    }

    /**
     * Sets the check of tokens. Default: every client has full access.
     *
     * @param check the check
     * @return this builder
     */
    public Builder tokens(TokenCheck check) {
      this.tokens = Objects.requireNonNull(check, "check");
      return this;
    }

    /**
     * Sets the function from a client's certificate to the only agent that the client may act for.
     * If a token is required as well, both must permit the request. Default: a certificate with a
     * URI {@code urn:lazaruspit:agent:ID} among its subject alternative names permits this agent
     * only, the first one of several; any other trusted certificate gives full access.
     *
     * @param agent from the client's certificate to the agent's id, empty for full access; called
     *     for each request, on several threads; an exception ends the request with status 500 and
     *     without effect
     * @return this builder
     */
    public Builder agentOfCertificate(Function<? super X509Certificate, Optional<String>> agent) {
      this.agentOf = Objects.requireNonNull(agent, "agent");
      return this;
    }

    /**
     * Adds host names of this gateway, as in the {@code Host} header. Default: {@code localhost},
     * {@code 127.0.0.1} and {@code [::1]} on the loopback interface, any name elsewhere.
     *
     * @param names names without a port, lower case, or {@code *} for any
     * @return this builder
     */
    public Builder allowHosts(String... names) {
      hosts.addAll(Arrays.asList(names));
      return this;
    }

    /**
     * Adds origins of web pages that may use this gateway. Default: only pages of the gateway
     * itself.
     *
     * @param pages origins as browsers send them, for example {@code https://console.example.org}
     * @return this builder
     */
    public Builder allowOrigins(String... pages) {
      origins.addAll(Arrays.asList(pages));
      return this;
    }

    /**
     * Sets the number of events stored for returning readers. Default 1,000.
     *
     * @param events 1 to 1,000,000
     * @return this builder
     */
    public Builder eventHistory(int events) {
      this.eventHistory = within("eventHistory", events, 1_000_000);
      return this;
    }

    /**
     * Sets the maximum number of concurrent readers of events. Default 64.
     *
     * @param readers 1 to 10,000; each has a thread
     * @return this builder
     */
    public Builder eventReaders(int readers) {
      this.eventReaders = within("eventReaders", readers, 10_000);
      return this;
    }

    /**
     * Sets the time without events after which a reader gets a keep-alive comment. Default 15
     * seconds.
     *
     * @param silence more than zero
     * @return this builder
     */
    public Builder eventKeepAlive(Duration silence) {
      if (silence.isNegative() || silence.isZero()) {
        throw new IllegalArgumentException("eventKeepAlive: " + silence + " is not more than zero");
      }
      this.keepAlive = silence;
      return this;
    }

    /** Sets the time-out of a write to a reader of events. */
    Builder eventWriteLimit(Duration limit) {
      this.eventWriteLimit = limit;
      return this;
    }

    private static int within(String name, int value, int max) {
      if (value < 1 || value > max) {
        throw new IllegalArgumentException(name + ": " + value + " is not from 1 to " + max);
      }
      return value;
    }

    /**
     * Creates the handler.
     *
     * @return a handler, to close after the stop of its server
     */
    public HeartbeatHandler build() {
      return new HeartbeatHandler(this);
    }
  }
}
