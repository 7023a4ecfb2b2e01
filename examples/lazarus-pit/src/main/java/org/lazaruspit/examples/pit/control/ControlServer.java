package org.lazaruspit.examples.pit.control;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.lazaruspit.heartbeat.http.ExchangeDeadlines;
import org.lazaruspit.heartbeat.http.Problem;
import org.lazaruspit.heartbeat.http.ProblemException;
import org.lazaruspit.pit.PitConfig.Control;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP server of the control interface, on the loopback interface, for the commands, the page and
 * collectors of metrics. Requires the token except on open routes.
 */
public final class ControlServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

  /** Maximum number of exchanges at a time. */
  private static final int MAX_EXCHANGES = 256;

  private static final ExchangeDeadlines.Limits LIMITS =
      new ExchangeDeadlines.Limits(
          Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));

  private final HttpServer http;
  private final AccessCheck access;
  private final List<Route> routes;
  private final ExchangeDeadlines deadlines;
  private final ExecutorService threads = threads();
  private final Semaphore places = new Semaphore(MAX_EXCHANGES);
  private final URI uri;

  private ControlServer(
      HttpServer http,
      Control where,
      String token,
      List<Route> routes,
      ExchangeDeadlines.Limits limits) {
    this.http = http;
    int port = http.getAddress().getPort();
    String host = where.host();
    this.access = new AccessCheck(host, port, token);
    this.routes = List.copyOf(routes);
    this.deadlines = new ExchangeDeadlines(limits);
    boolean bare = host.contains(":") && !host.startsWith("[");
    this.uri = URI.create("http://" + (bare ? "[" + host + "]" : host) + ":" + port);
    http.createContext("/", this::handle);
    http.setExecutor(this::execute);
  }

  /**
   * Binds the address; answers no request before {@link #start}.
   *
   * @throws IOException if the address cannot be bound
   */
  public static ControlServer open(Control where, String token, List<Route> routes)
      throws IOException {
    return open(where, token, routes, LIMITS);
  }

  static ControlServer open(
      Control where, String token, List<Route> routes, ExchangeDeadlines.Limits limits)
      throws IOException {
    // Without it each answer on a kept-alive connection is 40 ms late; the JDK reads it once.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    try {
      InetAddress address = InetAddress.getByName(where.host());
      HttpServer http = HttpServer.create(new InetSocketAddress(address, where.port()), 100);
      return new ControlServer(http, where, token, routes, limits);
    } catch (BindException e) {
      throw new IOException(
          "control: cannot listen on %s:%d: %s (set /control/port in the configuration to another port,"
                  .formatted(where.host(), where.port(), e.getMessage())
              + " or to 0 for any free port)",
          e);
    }
  }

  public void start() {
    deadlines.start("control-deadlines", () -> false);
    http.start();
  }

  /** Returns the address. */
  public URI uri() {
    return uri;
  }

  private void execute(Runnable exchange) {
    if (!places.tryAcquire()) {
      throw new RejectedExecutionException("more than " + MAX_EXCHANGES + " requests at once");
    }
    boolean taken = false;
    try {
      threads.execute(
          () -> {
            try {
              deadlines.run(exchange);
            } finally {
              places.release();
            }
          });
      taken = true;
    } finally {
      if (!taken) {
        places.release();
      }
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try {
      answer(exchange).send(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exchange.close();
    }
  }

  private Response answer(HttpExchange exchange) throws IOException {
    try {
      access.checkOrigin(exchange);
      return route(exchange);
    } catch (ProblemException e) {
      ControlRequest.drain(exchange);
      Response refusal = Response.problem(e.problem().type(), e.getMessage());
      return e.problem().status() == 401
          ? refusal.with("WWW-Authenticate", "Bearer realm=\"lazarus-pit\"")
          : refusal;
    } catch (ControlRequest.GoneException e) {
      throw e;
    } catch (NoSuchElementException e) {
      return Response.problem(Problem.NOT_FOUND, e.getMessage());
    } catch (IllegalArgumentException e) {
      return Response.problem(Problem.BAD_REQUEST, e.getMessage());
    } catch (IllegalStateException e) {
      return Response.problem(DaemonProblem.CONFLICT, e.getMessage());
    } catch (Exception e) {
      log.warn(
          "control: {} {} failed",
          exchange.getRequestMethod(),
          exchange.getRequestURI().getPath(),
          e);
      return Response.problem(Problem.INTERNAL, "see the daemon's log: " + e.getMessage());
    }
  }

  private Response route(HttpExchange exchange) throws Exception {
    List<String> path = Route.segments(exchange.getRequestURI().getRawPath());
    String method = exchange.getRequestMethod();
    Set<String> allowed = new LinkedHashSet<>();
    for (Route route : routes) {
      Optional<Map<String, String>> variables = route.match(path);
      if (variables.isPresent() && route.takes(method)) {
        if (!route.open()) {
          access.checkToken(exchange);
        }
        ExchangeDeadlines.working();
        return route.handler().handle(new ControlRequest(exchange, variables.get()));
      }
      variables.ifPresent(values -> allowed.add(route.method()));
    }
    access.checkToken(exchange);
    if (allowed.isEmpty()) {
      throw ProblemException.of(Problem.NOT_FOUND, "nothing is under this path");
    }
    ControlRequest.drain(exchange);
    return Response.problem(Problem.METHOD_NOT_ALLOWED, "this path takes " + allowed)
        .with("Allow", String.join(", ", allowed));
  }

  /** Ends exchanges under way and releases the address. A second call does nothing. */
  @Override
  public void close() {
    deadlines.drain();
    http.stop(0);
    deadlines.close();
    threads.shutdown();
  }

  static ThreadFactory daemons(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Returns virtual threads if the JVM has them: Java 17, which this is compiled for, does not. */
  private static ExecutorService threads() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException e) {
      return Executors.newCachedThreadPool(daemons("control"));
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("this JVM should have virtual threads", e);
    }
  }
}
