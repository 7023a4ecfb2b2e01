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
 * The registry's HTTP interface, to mount under any path of a server that you own:
 *
 * <pre>{@code
 * HeartbeatHandler handler = HeartbeatHandler.builder(registry).tokens(TokenCheck.of("secret")).build();
 * httpServer.createContext("/gateway", handler);
 * }</pre>
 *
 * <p>A mounted handler lives by the limits of its server. The JDK's {@code HttpServer} has none on
 * the time that a client takes to send a request or to read an answer, and runs everything on one
 * thread unless it gets an executor: hand it one, or use {@link HeartbeatServer}, which sees to all
 * that. Only readers of events are bounded here, since they get threads of their own.
 *
 * <p>Make the first handler before the first {@code HttpServer} of the JVM: the JDK needs a system
 * property ({@code sun.net.httpserver.nodelay}) to answer at once, reads it once, and this class
 * sets it.
 *
 * <p>Thread-safe. {@link #close()} ends the event streams; it leaves the registry and the server
 * alone.
 */
public final class HeartbeatHandler implements HttpHandler, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatHandler.class);

  private final String instance = UUID.randomUUID().toString();
  private final HealthRegistry registry;
  private final String listener;
  private final TokenCheck tokens;
  private final Certificates certificates;
  private final HostAndOriginCheck guard;
  private final Set<String> origins;
  private final EventStreams events;
  private final RouteHandlers operations;

  private HeartbeatHandler(Builder builder) {
    JdkServer.sendAtOnce();
    this.tokens = builder.tokens;
    this.certificates = new Certificates(builder.agentOf);
    this.origins = Set.copyOf(builder.origins);
    this.guard = new HostAndOriginCheck(builder.hosts, origins);
    this.events =
        new EventStreams(
            instance,
            builder.eventHistory,
            builder.eventReaders,
            builder.keepAlive,
            builder.eventWriteLimit);
    this.operations = new RouteHandlers(builder.registry, instance, events);
    this.registry = builder.registry;
    this.listener = "events over HTTP, instance " + instance;
    registry.addListener(listener, events::add);
  }

  /**
   * Starts a handler with the defaults.
   *
   * @param registry what it makes available
   * @return a new builder
   */
  public static Builder builder(HealthRegistry registry) {
    return new Builder(registry);
  }

  /**
   * Identifies this gateway since its start, so that clients notice when it was started anew and
   * has forgotten.
   *
   * @return a text that no other handler has
   */
  public String instance() {
    return instance;
  }

  boolean asksForToken() {
    return !tokens.isNone();
  }

  /**
   * Answers one request.
   *
   * @param exchange the request and the way to answer
   * @throws IOException if the client is gone or was cut off
   */
  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Request request = new Request(exchange);
    try {
      answer(request);
    } catch (ProblemException e) {
      request.answer(e.problem());
    } catch (RuntimeException e) {
      failed(request, e);
    }
  }

  private void answer(Request request) throws IOException, ProblemException {
    guard.check(request);
    Route.Match match = Route.match(request.path());
    shareWithPage(request);
    if (request.method().equals("OPTIONS") && match != null) {
      request.responseHeader("Allow", match.route().allowed());
      request.answer(204);
      return;
    }
    Principal caller = caller(request, match);
    if (match == null) {
      throw ProblemException.of(Problem.NOT_FOUND, "nothing is under this path");
    }
    if (!match.route().takes(request.method())) {
      request.responseHeader("Allow", match.route().allowed());
      throw ProblemException.of(
          Problem.METHOD_NOT_ALLOWED, "this path takes " + match.route().allowed());
    }
    operations.perform(match, caller, request);
  }

  /** Whether a gateway lives is no secret. */
  private Principal caller(Request request, Route.@Nullable Match match) throws ProblemException {
    if (match != null && match.route() == Route.LIVEZ) {
      return Principal.ANYBODY;
    }
    Principal byToken =
        tokens.isNone() ? Principal.ANYBODY : tokens.caller(request.header("Authorization"));
    return byToken.and(certificates.caller(request.exchange()));
  }

  /** Lets a page of an allowed origin read the answer, whatever it will be. */
  private void shareWithPage(Request request) {
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

  /** Ours or the client's: one that is gone shows as a wrapped IOException from the JSON writer. */
  private static void failed(Request request, RuntimeException failure) throws IOException {
    if (failure.getCause() instanceof IOException gone) {
      throw gone;
    }
    LOG.warn("{} {} failed", request.method(), request.path(), failure);
    if (request.exchange().getResponseCode() != -1) {
      // Half an answer is out: cutting the connection is the only way left to say that it is no
      // whole one.
      throw new IOException("the answer could not be ended", failure);
    }
    request.answer(Problem.of(Problem.INTERNAL, "see the gateway's log"));
  }

  /** Ends the event streams. Can be called more than once. */
  @Override
  public void close() {
    registry.removeListener(listener);
    events.close();
  }

  /** Settings of a handler. Not thread-safe. */
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
     * Says who may do what. Default: everybody may do everything.
     *
     * @param check the tokens
     * @return this builder
     */
    public Builder tokens(TokenCheck check) {
      this.tokens = Objects.requireNonNull(check, "check");
      return this;
    }

    /**
     * Says for which agent alone a client speaks by its certificate, where its server asks for one.
     * Where a token is asked for as well, both have to allow what is done. Default: a certificate
     * whose subject alternative names have a URI {@code urn:lazaruspit:agent:ID} speaks for this
     * agent alone, the first one if there are several; any other that the server trusts speaks for
     * everything.
     *
     * @param agent from the client's certificate to the agent's id, empty where it speaks for
     *     everything; called for each request, on several threads; what it throws ends the request
     *     with status 500, and nothing is done
     * @return this builder
     */
    public Builder agentOfCertificate(Function<? super X509Certificate, Optional<String>> agent) {
      this.agentOf = Objects.requireNonNull(agent, "agent");
      return this;
    }

    /**
     * Adds names under which clients reach this gateway, as they stand in the {@code Host} header.
     * Default: on the loopback interface {@code localhost}, {@code 127.0.0.1} and {@code [::1]},
     * elsewhere any.
     *
     * @param names names without a port, lower case, or {@code *} for any
     * @return this builder
     */
    public Builder allowHosts(String... names) {
      hosts.addAll(Arrays.asList(names));
      return this;
    }

    /**
     * Adds web pages that may use this gateway. Default: none but those that come from the gateway
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
     * Sets how many events are kept for readers that come back. Default 1,000.
     *
     * @param events 1 to 1,000,000
     * @return this builder
     */
    public Builder eventHistory(int events) {
      this.eventHistory = within("eventHistory", events, 1_000_000);
      return this;
    }

    /**
     * Sets how many may read events at a time. Default 64.
     *
     * @param readers 1 to 10,000; each has a thread
     * @return this builder
     */
    public Builder eventReaders(int readers) {
      this.eventReaders = within("eventReaders", readers, 10_000);
      return this;
    }

    /**
     * Sets after how much silence a reader of events is told that the gateway is still there.
     * Default 15 seconds.
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

    /** How long a reader of events may take to read what there is, or it is cut off. */
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
     * Makes the handler.
     *
     * @return a handler, to be closed when its server has been stopped
     */
    public HeartbeatHandler build() {
      return new HeartbeatHandler(this);
    }
  }
}
