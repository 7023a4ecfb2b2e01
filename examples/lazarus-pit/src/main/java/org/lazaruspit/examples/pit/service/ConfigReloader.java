package org.lazaruspit.examples.pit.service;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.control.ControlEndpoint;
import org.lazaruspit.examples.pit.control.ControlServer;
import org.lazaruspit.examples.pit.control.CurrentPit;
import org.lazaruspit.examples.pit.control.DaemonProblem;
import org.lazaruspit.examples.pit.control.Response;
import org.lazaruspit.examples.pit.control.Route;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.PitConfig.InvalidConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reloads the configuration of the daemon. A configuration with problems changes nothing; otherwise
 * a new pit in this process replaces the old one and adopts its agents. Open revivals, orders and
 * holds are in the journals, so none is lost. Thread-safe.
 */
final class ConfigReloader {

  private static final Logger log = LoggerFactory.getLogger(ConfigReloader.class);

  private final ConfigSource source;
  private final PitFactory factory;
  private final CurrentPit current;
  private final Runnable onFailure;
  private final ReentrantLock reloading = new ReentrantLock();
  private final Counter count;
  private final Gauge successful;
  private volatile @Nullable ControlEndpoint endpoint;

  /** Signals that the configuration cannot be used: the old one stays in force. */
  static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<String> problems;

    UnusableException(List<String> problems) {
      super("the old configuration stays in force: " + String.join("; ", problems));
      this.problems = List.copyOf(problems);
    }

    UnusableException(Exception failure) {
      this(List.of(String.valueOf(failure.getMessage())));
    }

    /** Returns the single problems. */
    List<String> problems() {
      return problems;
    }
  }

  /**
   * Creates the reloader of a daemon.
   *
   * @param onFailure called if the old pit has ended and the new one cannot start
   */
  ConfigReloader(
      ConfigSource source,
      PitFactory factory,
      CurrentPit current,
      PrometheusRegistry registry,
      Runnable onFailure) {
    this.source = source;
    this.factory = factory;
    this.current = current;
    this.onFailure = onFailure;
    count =
        Counter.builder()
            .name("lazarus_pit_config_reloads_total")
            .help("Requested reloads of the configuration.")
            .labelNames("outcome")
            .register(registry);
    count.initLabelValues("done");
    count.initLabelValues("refused");
    successful =
        Gauge.builder()
            .name("lazarus_pit_config_last_reload_successful")
            .help("Whether the configuration read last is in force.")
            .register(registry);
    successful.set(1);
  }

  /** Sets the endpoint to move if a reload changes its address. */
  void setEndpoint(ControlEndpoint control) {
    endpoint = control;
  }

  /** Returns the route that reloads. */
  Route route() {
    return Route.post(
        "/api/reload",
        request -> {
          request.body(Set.of());
          try {
            reload();
          } catch (UnusableException e) {
            return Response.problem(DaemonProblem.UNPROCESSABLE, e.getMessage(), e.problems());
          }
          ObjectNode answer = Json.object();
          answer.put("reloaded", true);
          return Response.json(answer);
        });
  }

  /**
   * Reloads, and returns after the first round of the new pit.
   *
   * @throws UnusableException if the configuration cannot be used
   * @throws IllegalStateException if another reload is under way
   */
  void reload() throws UnusableException, InterruptedException {
    if (!reloading.tryLock()) {
      throw new IllegalStateException("another reload is under way");
    }
    try {
      replace(read());
      successful.set(1);
      count.labelValues("done").inc();
    } catch (UnusableException e) {
      successful.set(0);
      count.labelValues("refused").inc();
      log.warn("configuration: not reloaded: {}", e.getMessage());
      throw e;
    } finally {
      reloading.unlock();
    }
  }

  private PitConfig read() throws UnusableException {
    PitConfig config;
    try {
      config = source.load();
    } catch (InvalidConfigException e) {
      throw new UnusableException(e.problems());
    } catch (IOException e) {
      throw new UnusableException(e);
    }
    PitConfig old = current.work().config();
    if (!config.stateDirectory().equals(old.stateDirectory())) {
      throw new UnusableException(
          List.of(
              "state_directory: changed from %s to %s, which needs a restart: it holds the locks of agents"
                  .formatted(old.stateDirectory(), config.stateDirectory())));
    }
    return config;
  }

  private void replace(PitConfig config) throws UnusableException, InterruptedException {
    try (ResourceStack resources = new ResourceStack()) {
      CurrentPit.Work next = factory.make(config);
      resources.add(next.pit());
      Optional<ControlServer> elsewhere = prepare(config);
      elsewhere.ifPresent(resources::add);
      start(next);
      elsewhere.ifPresent(server -> move(config, server));
      resources.release();
    } catch (IOException | IllegalArgumentException e) {
      throw new UnusableException(e);
    }
    log.info(
        "configuration: reloaded; missions in {}, a round every {} s",
        config.missionsPath(),
        config.pollInterval().toSeconds());
  }

  void start(CurrentPit.Work next) throws InterruptedException {
    boolean started = false;
    try {
      Logging.level(next.config().logLevel());
      current.replace(next);
      started = true;
    } finally {
      if (!started) {
        log.error(
            "configuration: the old pit has ended and the new one cannot start; ending the daemon");
        onFailure.run();
      }
    }
  }

  private Optional<ControlServer> prepare(PitConfig config) throws IOException {
    ControlEndpoint control = endpoint;
    return control == null ? Optional.empty() : control.prepare(config.control());
  }

  private void move(PitConfig config, ControlServer server) {
    ControlEndpoint control = endpoint;
    if (control != null) {
      control.move(config.control(), server);
    }
  }
}
