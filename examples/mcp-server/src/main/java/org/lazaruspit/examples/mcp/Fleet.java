package org.lazaruspit.examples.mcp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adds up a fleet of any size and keeps only the agents that are shown: those in trouble first. Not
 * thread-safe.
 */
final class Fleet {

  static final String STATUS = "status";

  private static final String HEALTHY = "healthy";

  private final String only;
  private final int limit;
  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, List<Map<String, Object>>> kept = new LinkedHashMap<>();
  private int total;
  private int matching;

  /**
   * An empty fleet.
   *
   * @param only the status that is asked for; empty for all
   * @param limit how many agents are shown
   */
  Fleet(String only, int limit) {
    this.only = only;
    this.limit = limit;
  }

  void add(Map<String, Object> agent) {
    String status = agent.get(STATUS) instanceof String text ? text : "unknown";
    total++;
    counts.merge(status, 1, Integer::sum);
    if (only.isEmpty() || only.equals(status)) {
      matching++;
      List<Map<String, Object>> alike = kept.computeIfAbsent(status, s -> new ArrayList<>());
      if (alike.size() < limit) {
        alike.add(agent);
      }
    }
  }

  Map<String, Object> result(String source, Object timestamp) {
    List<Map<String, Object>> shown =
        kept.entrySet().stream()
            .sorted(Comparator.comparingInt(Fleet::rank))
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

  private static int rank(Map.Entry<String, List<Map<String, Object>>> entry) {
    return switch (entry.getKey()) {
      case "unhealthy" -> 0;
      case HEALTHY -> 2;
      default -> 1;
    };
  }
}
