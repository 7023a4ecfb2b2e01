package org.lazaruspit.examples.documentation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Builds an SVG of boxes and arrows. Not thread-safe. */
final class Diagram {
  private static final int LINE = 17;
  private static final String STYLE =
      """
      text { font: 13px system-ui, sans-serif; fill: #1f2933; text-anchor: middle }
      .small { font-size: 11.5px; fill: #52606d }
      .head { font-weight: 600 }
      .beside { text-anchor: start }
      rect { fill: #f5f7fa; stroke: #7b8794; stroke-width: 1.2 }
      .good { fill: #e3f9e5; stroke: #3f9142 }
      .bad { fill: #ffe3e3; stroke: #ba2525 }
      .wait { fill: #fff3c4; stroke: #b8860b }
      .plain { fill: none; stroke: none }
      path { fill: none; stroke: #52606d; stroke-width: 1.3 }
      marker path { fill: #52606d; stroke: none }
      @media (prefers-color-scheme: dark) {
        text { fill: #e4e7eb } .small { fill: #cbd2d9 }
        rect { fill: #2b3440; stroke: #9aa5b1 }
        .good { fill: #1d3b24; stroke: #57ae5b } .bad { fill: #4a1f1f; stroke: #e66a6a }
        .wait { fill: #43391a; stroke: #e0b83e }
        path { stroke: #cbd2d9 } marker path { fill: #cbd2d9 }
      }
      """;

  /** Centre and size of a box. */
  private record Box(int x, int y, int width, int height) {}

  private final int width;
  private final int height;
  private final String title;
  private final Map<String, Box> boxes = new LinkedHashMap<>();
  private final StringBuilder arrows = new StringBuilder();
  private final StringBuilder shapes = new StringBuilder();

  Diagram(int width, int height, String title) {
    this.width = width;
    this.height = height;
    this.title = title;
  }

  /** Adds a box around a centre; the first line of its text is the heading. */
  Diagram box(String name, int x, int y, int boxWidth, String kind, String... lines) {
    int boxHeight = LINE * lines.length + 14;
    boxes.put(name, new Box(x, y, boxWidth, boxHeight));
    shapes.append(
        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>%n"
            .formatted(kind, x - boxWidth / 2, y - boxHeight / 2, boxWidth, boxHeight));
    for (int i = 0; i < lines.length; i++) {
      text(x, y - boxHeight / 2 + 20 + i * LINE, i == 0 ? "head" : "small", lines[i]);
    }
    return this;
  }

  /** Adds a text without a box. */
  Diagram note(int x, int y, String words) {
    text(x, y, "small", words);
    return this;
  }

  /**
   * Adds a straight arrow from edge to edge; a shift moves it sideways, for two arrows between the
   * same boxes.
   */
  Diagram arrow(String from, String to, int shift, String... words) {
    Box a = box(from);
    Box b = box(to);
    boolean upright = Math.abs(a.x - b.x) < (a.width + b.width) / 2 && a.y != b.y;
    double x1 = upright ? Math.max(a.x - a.width / 2, b.x - b.width / 2) : a.x;
    double x2 = upright ? Math.min(a.x + a.width / 2, b.x + b.width / 2) : a.x;
    double startX = upright ? (x1 + x2) / 2 + shift : a.x + Math.signum(b.x - a.x) * a.width / 2.0;
    double endX = upright ? startX : b.x - Math.signum(b.x - a.x) * b.width / 2.0;
    double startY = upright ? a.y + Math.signum(b.y - a.y) * a.height / 2.0 : a.y + shift;
    double endY = upright ? b.y - Math.signum(b.y - a.y) * b.height / 2.0 : b.y + shift;
    arrows.append(
        String.format(
            Locale.ROOT,
            "<path d=\"M %.0f %.0f L %.0f %.0f\" marker-end=\"url(#tip)\"/>%n",
            startX,
            startY,
            endX,
            endY));
    int middleX = (int) (startX + endX) / 2;
    int middleY = (int) (startY + endY) / 2;
    for (int i = 0; i < words.length; i++) {
      int y = upright ? middleY + 4 + i * 14 : middleY - 6 - (words.length - 1 - i) * 14;
      text(upright ? middleX + 8 : middleX, y, upright ? "small beside" : "small", words[i]);
    }
    return this;
  }

  private Box box(String name) {
    Box box = boxes.get(name);
    if (box == null) {
      throw new IllegalArgumentException("no box " + name);
    }
    return box;
  }

  private void text(int x, int y, String kind, String words) {
    String safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    shapes.append("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n".formatted(kind, x, y, safe));
  }

  String svg() {
    return String.join(
        "\n",
        List.of(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\">"
                .formatted(width, height, width),
            "<title>" + title + "</title>",
            "<style>" + STYLE + "</style>",
            "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\""
                + " markerHeight=\"8\" orient=\"auto\"><path d=\"M 0 0 L 8 4 L 0 8"
                + " z\"/></marker></defs>",
            arrows + "" + shapes + "</svg>",
            ""));
  }
}
