package org.lazaruspit.examples.mcp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the agents of a fleet by status and keeps the first ones for display, unhealthy ones
 * first. Not thread-safe.
 */
final class FleetSummary {

  static final String STATUS = "status";

  private static final String HEALTHY = "healthy";

  private final String wantedStatus;
  private final int limit;
  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, List<Map<String, Object>>> agents = new LinkedHashMap<>();
  private int total;
  private int matching;

  /**
   * Creates an empty summary.
   *
   * @param wantedStatus the status to show; empty for all
   * @param limit the maximum number of agents shown
   */
  FleetSummary(String wantedStatus, int limit) {
    this.wantedStatus = wantedStatus;
    this.limit = limit;
  }

  void add(Map<String, Object> agent) {
    String status = agent.get(STATUS) instanceof String text ? text : "unknown";
    total++;
    counts.merge(status, 1, Integer::sum);
    if (wantedStatus.isEmpty() || wantedStatus.equals(status)) {
      matching++;
      List<Map<String, Object>> sameStatus = agents.computeIfAbsent(status, s -> new ArrayList<>());
      if (sameStatus.size() < limit) {
        sameStatus.add(agent);
      }
    }
  }

  Map<String, Object> result(String source, Object timestamp) {
    List<Map<String, Object>> shown =
        agents.entrySet().stream()
            .sorted(Comparator.comparingInt(FleetSummary::order))
            .flatMap(entry -> entry.getValue().stream())
            .limit(limit)
            .toList();
    return Json.object(
        "source", source,
        "timestamp", timestamp,
        "total_agents", total,
        "healthy_agents", counts.getOrDefault(HEALTHY, 0),
        "by_status", counts,
        "agents", shown,
        "not_shown", matching - shown.size());
  }

  private static int order(Map.Entry<String, List<Map<String, Object>>> entry) {
    return switch (entry.getKey()) {
      case "unhealthy" -> 0;
      case HEALTHY -> 2;
      default -> 1;
    };
  }
}
