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
 * Has the daemon go on with its configuration as it is now. What cannot be used changes nothing.
 * Else another pit is made from it in this process, which adopts the agents; what is open, ordered
 * or held stands in the journals, so that nothing is forgotten. Thread-safe.
 */
final class ConfigReloader {

  private static final Logger log = LoggerFactory.getLogger(ConfigReloader.class);

  private final ConfigSource source;
  private final PitFactory pits;
  private final CurrentPit running;
  private final Runnable giveUp;
  private final ReentrantLock one = new ReentrantLock();
  private final Counter count;
  private final Gauge successful;
  private volatile @Nullable ControlEndpoint place;

  /** The configuration cannot be used: the one before stays in force. */
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

    /** Each by itself. */
    List<String> problems() {
      return problems;
    }
  }

  /**
   * Reloads for a daemon.
   *
   * @param giveUp what is done where the old pit has ended and the new one cannot begin
   */
  ConfigReloader(
      ConfigSource source,
      PitFactory pits,
      CurrentPit running,
      PrometheusRegistry registry,
      Runnable giveUp) {
    this.source = source;
    this.pits = pits;
    this.running = running;
    this.giveUp = giveUp;
    count =
        Counter.builder()
            .name("lazarus_pit_config_reloads_total")
            .help("Reloads of the configuration that were asked for.")
            .labelNames("outcome")
            .register(registry);
    count.initLabelValues("done");
    count.initLabelValues("refused");
    successful =
        Gauge.builder()
            .name("lazarus_pit_config_last_reload_successful")
            .help("Whether the configuration that was read last is in force.")
            .register(registry);
    successful.set(1);
  }

  /** A reload moves this where the configuration says so. */
  void move(ControlEndpoint control) {
    place = control;
  }

  /** Where it is asked for. */
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
   * Reloads, and returns when the new pit has looked at its fleet.
   *
   * @throws UnusableException if the configuration cannot be used
   * @throws IllegalStateException if another reload is under way
   */
  void reload() throws UnusableException, InterruptedException {
    if (!one.tryLock()) {
      throw new IllegalStateException("another reload is under way");
    }
    try {
      replace(read());
      successful.set(1);
      count.labelValues("done").inc();
    } catch (UnusableException e) {
      successful.set(0);
      count.labelValues("refused").inc();
      log.warn("not reloaded, {}", e.getMessage());
      throw e;
    } finally {
      one.unlock();
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
    PitConfig old = running.work().config();
    if (!config.stateDirectory().equals(old.stateDirectory())) {
      throw new UnusableException(
          List.of(
              "state_directory: changed from %s to %s, which takes a restart: the agents' locks lie there"
                  .formatted(old.stateDirectory(), config.stateDirectory())));
    }
    return config;
  }

  private void replace(PitConfig config) throws UnusableException, InterruptedException {
    try (ResourceStack opened = new ResourceStack()) {
      CurrentPit.Work next = pits.make(config);
      opened.keep(next.pit());
      Optional<ControlServer> elsewhere = prepare(config);
      elsewhere.ifPresent(opened::keep);
      begin(next);
      elsewhere.ifPresent(server -> move(config, server));
      opened.allIsWell();
    } catch (IOException | IllegalArgumentException e) {
      throw new UnusableException(e);
    }
    log.info(
        "reloaded, and works {} every {} s",
        config.missionsPath(),
        config.pollInterval().toSeconds());
  }

  void begin(CurrentPit.Work next) throws InterruptedException {
    boolean begun = false;
    try {
      Logging.level(next.config().logLevel());
      running.replace(next);
      begun = true;
    } finally {
      if (!begun) {
        log.error("the old pit has ended and the new one could not begin, so this daemon ends");
        giveUp.run();
      }
    }
  }

  private Optional<ControlServer> prepare(PitConfig config) throws IOException {
    ControlEndpoint control = place;
    return control == null ? Optional.empty() : control.prepare(config.control());
  }

  private void move(PitConfig config, ControlServer server) {
    ControlEndpoint control = place;
    if (control != null) {
      control.move(config.control(), server);
    }
  }
}
