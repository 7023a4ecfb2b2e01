package org.lazaruspit.examples.pit.control;

import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.lazaruspit.pit.PitConfig.Control;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Control interface of the daemon, which a reload may move to another address. */
public final class ControlEndpoint implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ControlEndpoint.class);

  /** How long the old address still answers, above all the request for the reload. */
  private static final long GRACE_SECONDS = 2;

  private final StateDirectory state;
  private final Instant startedAt;
  private final List<Route> routes;
  private volatile Open open;
  private volatile boolean closed;

  private record Open(Control where, ControlServer server) {}

  private ControlEndpoint(StateDirectory state, Instant startedAt, List<Route> routes, Open open) {
    this.state = state;
    this.startedAt = startedAt;
    this.routes = routes;
    this.open = open;
  }

  /** Binds the address; answers no request before {@link #start}. */
  public static ControlEndpoint open(
      Control where, StateDirectory state, Instant startedAt, List<Route> routes)
      throws IOException {
    ControlServer server = ControlServer.open(where, state.token(), routes);
    return new ControlEndpoint(state, startedAt, routes, new Open(where, server));
  }

  /** Starts to answer, and writes the address to {@code pit.json}. */
  public void start() throws IOException {
    open.server().start();
    state.announce(startedAt, open.server().uri());
  }

  public URI uri() {
    return open.server().uri();
  }

  /** Binds the address without answering yet; returns empty if the address is the same. */
  public Optional<ControlServer> prepare(Control where) throws IOException {
    return where.equals(open.where())
        ? Optional.empty()
        : Optional.of(ControlServer.open(where, state.token(), routes));
  }

  /** Moves to the address of a prepared server. */
  public void move(Control where, ControlServer to) {
    ControlServer old = open.server();
    open = new Open(where, to);
    try {
      start();
      log.info("control: moved to {}", to.uri());
    } catch (IOException e) {
      log.error("control: moved to {}: {} not written", to.uri(), PitFile.NAME, e);
    }
    if (closed) {
      to.close();
    }
    CompletableFuture.delayedExecutor(GRACE_SECONDS, TimeUnit.SECONDS).execute(old::close);
  }

  @Override
  public void close() {
    closed = true;
    open.server().close();
  }
}
