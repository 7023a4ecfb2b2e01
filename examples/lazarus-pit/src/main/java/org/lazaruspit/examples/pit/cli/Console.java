package org.lazaruspit.examples.pit.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.examples.pit.text.PlainText;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;

/**
 * Output of a command for people. Escapes every text that could steer a terminal. Uses colours only
 * on a terminal, and never as the only sign.
 */
public final class Console {

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean colours;

  private Console(PrintWriter out, PrintWriter err, boolean colours) {
    this.out = out;
    this.err = err;
    this.colours = colours;
  }

  public static Console of(CommandSpec spec) {
    return new Console(
        spec.commandLine().getOut(),
        spec.commandLine().getErr(),
        spec.commandLine().getColorScheme().ansi().enabled());
  }

  /** Prints a document for programs. */
  void json(JsonNode document) {
    out.println(Json.pretty(document));
    out.flush();
  }

  /** Prints a line. */
  @SuppressWarnings("AnnotateFormatMethod")
  public // its annotation would be one dependency more
  void line(String text, Object... values) {
    out.println(PlainText.of(String.format(Locale.ROOT, text, values)));
    out.flush();
  }

  /** Prints a line on standard error. */
  void error(String text) {
    err.println(PlainText.of(text));
    err.flush();
  }

  /** Prints a name in a column of fixed width, and a text. */
  void field(String name, String text) {
    line("%-12s%s", name, text);
  }

  /** Prints a name and a text, green if well, else red. */
  void field(String name, String text, boolean well) {
    out.println(
        PlainText.of("%-12s".formatted(name))
            + coloured(PlainText.of(text), well ? Style.fg_green : Style.fg_red));
    out.flush();
  }

  /** Prints rows beneath their headings, each column as wide as its widest value. */
  @SuppressWarnings("ReferenceEquality")
  public // the row of headings itself, not one like it
  void table(List<String> headings, List<List<String>> rows) {
    List<List<String>> all = new ArrayList<>();
    all.add(headings);
    rows.forEach(row -> all.add(row.stream().map(PlainText::of).toList()));
    int[] widths = new int[headings.size()];
    all.forEach(
        row -> {
          for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], width(row.get(i)));
          }
        });
    for (List<String> row : all) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String text = row.get(i);
        line.append(row == headings ? coloured(text, Style.bold) : coloured(text, styleOf(text)));
        if (i < widths.length - 1) {
          line.append(" ".repeat(widths[i] - width(text) + 2));
        }
      }
      out.println(line.toString().stripTrailing());
    }
    out.flush();
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Returns the colour of a status of an agent or a revival. */
  private static Style styleOf(String word) {
    return switch (word) {
      case "healthy", "revived" -> Style.fg_green;
      case "degraded", "held", "unknown", "pending", "pending_approval" -> Style.fg_yellow;
      case "unhealthy", "quarantined", "refused", "failed" -> Style.fg_red;
      case "reviving", "verifying" -> Style.fg_cyan;
      default -> Style.reset;
    };
  }

  private String coloured(String text, Style style) {
    return colours && style != Style.reset && !text.isEmpty()
        ? style.on() + text + Style.reset.on()
        : text;
  }
}
