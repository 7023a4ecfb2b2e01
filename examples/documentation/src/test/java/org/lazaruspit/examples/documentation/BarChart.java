package org.lazaruspit.examples.documentation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Draws one column of a Markdown table as a bar chart, so that picture and page agree. The scale is
 * logarithmic if the values differ too much.
 */
final class BarChart {
  private static final int ROW = 30;
  private static final int LEFT = 310;
  private static final int LENGTH = 370;
  private static final int TOP = 48;
  private static final double FACTOR_TO_SEE = 50;
  private static final String STYLE =
      """
      text { font: 13px system-ui, sans-serif; fill: #1f2933 }
      .head { font-weight: 600 } .label { text-anchor: end }
      .other { fill: #9aa5b1 } .own { fill: #3f9142 }
      @media (prefers-color-scheme: dark) {
        text { fill: #e4e7eb } .other { fill: #7b8794 } .own { fill: #57ae5b }
      }
      """;

  private record Bar(String label, double value) {}

  private BarChart() {}

  /**
   * Draws a column.
   *
   * @param page the text of the page
   * @param column the heading of the column, unique in the page's tables
   * @param own the prefix of the labels to highlight
   */
  static String of(String page, String column, String own, String title) {
    List<Bar> bars = column(page.lines().toList(), column);
    double longest = bars.stream().mapToDouble(Bar::value).max().orElseThrow();
    double shortest = bars.stream().mapToDouble(Bar::value).min().orElseThrow();
    boolean tens = longest > FACTOR_TO_SEE * shortest;
    int height = TOP + bars.size() * ROW;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 %d" width="760" role="img">
        <title>%s</title>
        <style>%s</style>
        <text class="head" x="16" y="26">%s</text>
        """
            .formatted(height, title, STYLE, title + (tens ? " (scale of tens)" : "")));
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double part =
          tens ? Math.log10(1 + bar.value) / Math.log10(1 + longest) : bar.value / longest;
      int y = TOP + i * ROW;
      svg.append(
          String.format(
              Locale.ROOT,
              """
              <text class="label" x="%d" y="%d">%s</text>
              <rect class="%s" x="%d" y="%d" width="%.0f" height="18" rx="3"/>
              <text x="%.0f" y="%d">%s</text>
              """,
              LEFT - 10,
              y + 14,
              bar.label,
              bar.label.startsWith(own) ? "own" : "other",
              LEFT,
              y,
              Math.max(2, part * LENGTH),
              LEFT + part * LENGTH + 8,
              y + 14,
              number(bar.value)));
    }
    return svg.append("</svg>\n").toString();
  }

  private static List<Bar> column(List<String> lines, String column) {
    int head = 0;
    while (!lines.get(head).startsWith("|") || !cells(lines.get(head)).contains(column)) {
      head++;
    }
    int place = cells(lines.get(head)).indexOf(column);
    List<Bar> bars = new ArrayList<>();
    for (int i = head + 2; i < lines.size() && lines.get(i).startsWith("|"); i++) {
      List<String> row = cells(lines.get(i));
      String label = row.get(0).replace("`", "");
      bars.add(new Bar(label, Double.parseDouble(row.get(place).replace(",", ""))));
    }
    return bars;
  }

  private static List<String> cells(String row) {
    return Arrays.stream(row.strip().substring(1).split("\\|")).map(String::strip).toList();
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%,.1f", value);
  }
}
