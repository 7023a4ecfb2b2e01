package org.lazaruspit.examples.zookeeper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** Records of all pits in the order of their times, and the invariants of ownership. */
final class History {

  private final Map<UUID, List<Event>> byCell;

  /**
   * One line of a record.
   *
   * @param nanos time of the clock that all processes of a machine share
   * @param pit the writer of the line
   * @param kind {@code claimed}, {@code held}, {@code acts}, {@code unasked} or {@code released}
   */
  record Event(long nanos, String pit, String kind, UUID cell, long epoch, String detail) {

    static Event of(String pit, String line) {
      String[] parts = line.split(" ", 5);
      return new Event(
          Long.parseLong(parts[0]),
          pit,
          parts[1],
          UUID.fromString(parts[2]),
          Long.parseLong(parts[3]),
          parts[4]);
    }

    @Override
    public String toString() {
      return "%.3f s: %s %s epoch %d %s".formatted(nanos / 1e9, pit, kind, epoch, detail);
    }
  }

  private History(Map<UUID, List<Event>> byCell) {
    this.byCell = byCell;
  }

  static History read(Map<String, Path> files) throws IOException {
    List<Event> all = new ArrayList<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      if (Files.exists(file.getValue())) {
        Files.readAllLines(file.getValue()).stream()
            .map(line -> Event.of(file.getKey(), line))
            .filter(event -> !event.kind().equals("round"))
            .forEach(all::add);
      }
    }
    all.sort(Comparator.comparingLong(Event::nanos));
    return new History(
        all.stream()
            .collect(Collectors.groupingBy(Event::cell, TreeMap::new, Collectors.toList())));
  }

  /** Returns the last claim of each cell. */
  Map<UUID, Event> newestClaims() {
    Map<UUID, Event> newest = new HashMap<>();
    byCell.forEach(
        (cell, events) ->
            events.stream()
                .filter(event -> event.kind().equals("claimed"))
                .forEach(event -> newest.put(cell, event)));
    return newest;
  }

  /**
   * Returns all violations: an epoch that does not rise, a pit that believes to own a cell or acts
   * on it after a claim of another pit, and an act without a check of the claim.
   */
  List<String> violations() {
    List<String> violations = new ArrayList<>();
    byCell.forEach(
        (cell, events) -> {
          Event owner = null;
          for (Event event : events) {
            boolean claims = event.kind().equals("claimed");
            if (owner != null && claims && event.epoch() <= owner.epoch()) {
              violations.add(cell + ": the epoch does not rise: " + owner + "; " + event);
            }
            if (owner != null && !claims && event.epoch() < owner.epoch() && acts(event)) {
              violations.add(cell + ": two pits act on it: " + owner + "; " + event);
            }
            if (event.kind().equals("unasked")) {
              violations.add(cell + ": act without a check of the claim: " + event);
            }
            owner = claims ? event : owner;
          }
        });
    return violations;
  }

  private static boolean acts(Event event) {
    return event.kind().equals("held") || event.kind().equals("acts");
  }

  /**
   * Returns the time without an owner at each change of owner: from the last event of one owner to
   * the first of the next; sorted.
   */
  List<Duration> gaps() {
    List<Duration> gaps = new ArrayList<>();
    for (List<Event> events : byCell.values()) {
      Event last = null;
      for (Event event : events) {
        if (last != null && event.epoch() < last.epoch()) {
          continue; // the former owner closes its claim
        }
        if (last != null && event.epoch() > last.epoch()) {
          gaps.add(Duration.ofNanos(event.nanos() - last.nanos()));
        }
        last = event;
      }
    }
    gaps.sort(Comparator.naturalOrder());
    return gaps;
  }

  Duration longestGap() {
    List<Duration> gaps = gaps();
    return gaps.isEmpty() ? Duration.ZERO : gaps.get(gaps.size() - 1);
  }

  long count(String kind) {
    return byCell.values().stream()
        .flatMap(List::stream)
        .filter(event -> event.kind().equals(kind))
        .count();
  }
}
