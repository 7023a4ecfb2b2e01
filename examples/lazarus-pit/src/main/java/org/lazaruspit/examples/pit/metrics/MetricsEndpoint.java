package org.lazaruspit.examples.pit.metrics;

import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import org.lazaruspit.examples.pit.control.CurrentPit;
import org.lazaruspit.examples.pit.control.Response;
import org.lazaruspit.examples.pit.control.Route;
import org.lazaruspit.pit.PitListener;

/**
 * Metrics at {@code GET /metrics}, in the text formats of Prometheus and OpenMetrics. No label has
 * a value from agents, cells or missions, so the number of series is fixed. Thread-safe.
 */
public final class MetricsEndpoint {

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormats formats = ExpositionFormats.init(PrometheusProperties.get());
  private final PitEvents events = new PitEvents(registry);
  private final LogCounts log;

  /** Creates the metrics of a daemon. */
  public MetricsEndpoint(LogCounts log) {
    this.log = log;
  }

  /** Returns the listener that counts events of the pit, across reloads. */
  public PitListener listener() {
    return events;
  }

  /** Adds metrics of the running pit. */
  public void show(CurrentPit current) {
    PitMetrics.register(registry, current, log);
  }

  /** Returns the registry for further metrics. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /** Returns the route of the metrics. */
  public Route route() {
    return Route.get("/metrics", request -> scrape(request.header("Accept")));
  }

  private Response scrape(Optional<String> accept) throws IOException {
    ExpositionFormatWriter writer = formats.findWriter(accept.orElse(null));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    writer.write(body, registry.scrape());
    return Response.of(200, writer.getContentType(), body.toByteArray());
  }
}
