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
 * What a collector of metrics asks for: {@code GET /metrics}, in the text formats of Prometheus and
 * OpenMetrics. No label has a value that agents, cells or missions give: however many there are,
 * the number of series stays the same. Thread-safe.
 */
public final class Metrics {

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormats formats = ExpositionFormats.init(PrometheusProperties.get());
  private final PitEvents events = new PitEvents(registry);
  private final LogCounts log;

  /** Metrics of a daemon; its log is theirs to count, not to keep. */
  public Metrics(LogCounts log) {
    this.log = log;
  }

  /** Has what the pit does counted; the counts go on when a reload puts another in its place. */
  public PitListener listener() {
    return events;
  }

  /** Shows what is running, from now on. */
  public void show(CurrentPit running) {
    PitMetrics.register(registry, running, log);
  }

  /** Where others register theirs. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /** Where it is asked for. */
  public Route route() {
    return Route.get("/metrics", request -> answer(request.header("Accept")));
  }

  private Response answer(Optional<String> accept) throws IOException {
    ExpositionFormatWriter writer = formats.findWriter(accept.orElse(null));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    writer.write(body, registry.scrape());
    return Response.of(200, writer.getContentType(), body.toByteArray());
  }
}
