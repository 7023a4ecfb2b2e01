package org.lazaruspit.examples.benchmarks;

import java.util.List;
import java.util.Locale;

/** Summary of times, in milliseconds. */
record TimeSummary(int lost, double first, double least, double median, double most) {

  /** Summarizes times; NaN counts as lost. */
  static TimeSummary of(List<Double> times) {
    List<Double> sorted = times.stream().filter(time -> !time.isNaN()).sorted().toList();
    if (sorted.isEmpty()) {
      return new TimeSummary(times.size(), Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new TimeSummary(
        times.size() - sorted.size(),
        times.get(0),
        sorted.get(0),
        median,
        sorted.get(sorted.size() - 1));
  }

  String line(String name) {
    return String.format(
        Locale.ROOT,
        "%-16s median %8.1f  least %8.1f  most %8.1f  first %8.1f%s",
        name,
        median,
        least,
        most,
        first,
        lost == 0 ? "" : "  not restarted: " + lost);
  }
}
