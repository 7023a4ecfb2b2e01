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

/** Where the milliseconds of our own revivals went, as their journal tells. */
final class KillStages {

  private static final Pattern LINE =
      Pattern.compile("\"at\":\"([^\"]+)\".*\"agent_id\":\"([^\"]+)\",\"event\":\"([^\"]+)\"");

  private final Map<String, Instant> killed = new LinkedHashMap<>();
  private final Map<String, Instant> born = new LinkedHashMap<>();

  void killing(ChildKeeper keeper, String child) {
    if (keeper instanceof PitKeeper) {
      killed.put(child, Instant.now());
    }
  }

  void born(ChildKeeper keeper, String child) {
    if (keeper instanceof PitKeeper) {
      born.put(child, Instant.now());
    }
  }

  /** For each event of the journal, when it was about to be written. */
  void print(PitKeeper pit) throws IOException {
    Map<String, List<Double>> stages = new LinkedHashMap<>();
    for (String line : Files.readAllLines(pit.journal())) {
      Matcher matcher = LINE.matcher(line);
      Instant begun = matcher.find() ? killed.get(matcher.group(2)) : null;
      Instant at = begun == null ? null : Instant.parse(matcher.group(1));
      if (begun != null && at != null && !at.isBefore(begun)) {
        stages.computeIfAbsent(matcher.group(3), event -> new ArrayList<>()).add(millis(begun, at));
      }
    }
    born.forEach(
        (child, at) ->
            stages
                .computeIfAbsent("first instruction", event -> new ArrayList<>())
                .add(millis(killed.getOrDefault(child, at), at)));
    System.out.println("our journal's lines, ms after the kill");
    stages.forEach((event, times) -> System.out.println("  " + Spread.of(times).line(event)));
  }

  private static double millis(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }
}
