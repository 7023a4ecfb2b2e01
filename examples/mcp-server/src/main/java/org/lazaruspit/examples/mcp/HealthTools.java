package org.lazaruspit.examples.mcp;

import java.util.Map;
import java.util.Optional;

/** Tools that read agents' health. */
final class HealthTools {

  private static final int DEFAULT_LIMIT = 100;

  private final Optional<HealthSource> source;

  HealthTools(Optional<HealthSource> source) {
    this.source = source;
  }

  Map<String, Object> agent(Arguments arguments) throws Exception {
    return source().agent(arguments.optionalCellId(), arguments.identifier("agent_id"));
  }

  Map<String, Object> fleet(Arguments arguments) throws Exception {
    String status = arguments.optionalText("status").orElse("");
    int limit = arguments.number("limit").orElse(DEFAULT_LIMIT);
    return source().fleet(arguments.optionalCellId(), new FleetSummary(status, limit));
  }

  private HealthSource source() throws ToolException {
    return source.orElseThrow(
        () ->
            new ToolException(
                "no source of health: this server was started with neither --gateway nor --pit"));
  }
}
