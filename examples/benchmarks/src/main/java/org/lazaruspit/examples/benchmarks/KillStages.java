package org.lazaruspit.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times of the steps of a pit's revivals, from its journal. */
final class KillStages {

  private static final Pattern LINE =
      Pattern.compile("\"at\":\"([^\"]+)\".*\"agent_id\":\"([^\"]+)\",\"event\":\"([^\"]+)\"");

  private final Map<String, Instant> killed = new LinkedHashMap<>();
  private final Map<String, Instant> started = new LinkedHashMap<>();

  void beforeKill(ProcessSupervisor supervisor, String child) {
    if (supervisor instanceof PitSupervisor) {
      killed.put(child, Instant.now());
    }
  }

  void afterStart(ProcessSupervisor supervisor, String child) {
    if (supervisor instanceof PitSupervisor) {
      started.put(child, Instant.now());
    }
  }

  /** Prints the time of each event of the journal. */
  void print(PitSupervisor pit) throws IOException {
    Map<String, List<Double>> stages = new LinkedHashMap<>();
    for (String line : Files.readAllLines(pit.journal())) {
      Matcher matcher = LINE.matcher(line);
      Instant begun = matcher.find() ? killed.get(matcher.group(2)) : null;
      Instant at = begun == null ? null : Instant.parse(matcher.group(1));
      if (begun != null && at != null && !at.isBefore(begun)) {
        stages.computeIfAbsent(matcher.group(3), event -> new ArrayList<>()).add(millis(begun, at));
      }
    }
    started.forEach(
        (child, at) ->
            stages
                .computeIfAbsent("first instruction", event -> new ArrayList<>())
                .add(millis(killed.getOrDefault(child, at), at)));
    System.out.println("the pit's journal, ms after the kill");
    stages.forEach((event, times) -> System.out.println("  " + TimeSummary.of(times).line(event)));
  }

  private static double millis(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }
}
