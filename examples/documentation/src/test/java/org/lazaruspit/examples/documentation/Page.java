package org.lazaruspit.examples.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation: its testable parts.
 *
 * @param file the file of the page
 * @param lines all lines
 */
record Page(Path file, List<String> lines) {

  /** Root of the repository. */
  static final Path TOP =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("../..").normalize();

  private static final Set<String> SHELL = Set.of("", "sh", "bash", "console", "shell");
  private static final Pattern REMARK = Pattern.compile("<!-- *([a-z ]+?)(?:: *(.*?))? *-->");
  private static final Pattern LINK =
      Pattern.compile("\\[[^\\]]*]\\(<?([^)\\s>]+)>?(?: \"[^\"]*\")?\\)");
  private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
  private static final Pattern NAMED =
      Pattern.compile(
          "`((?:docs|examples|cell-core|heartbeat-core|heartbeat-jdk-http|pit-core|\\.ci|\\.gitea)/[\\w./-]+)`");

  /**
   * A fenced block.
   *
   * @param page the page of the block
   * @param line the line of the opening fence, from 1
   * @param language the text after the opening fence
   * @param lines the lines of the block
   * @param remarks the remarks ({@code <!-- word: text -->}) right before the block
   */
  record Block(
      Page page, int line, String language, List<String> lines, Map<String, String> remarks) {
    String text() {
      return String.join("\n", lines) + "\n";
    }

    String place() {
      return page.name() + ":" + line;
    }

    /** Returns whether the block has commands, and is not a synopsis. */
    boolean isShell() {
      return SHELL.contains(language) && !isSynopsis();
    }

    boolean isSynopsis() {
      return remarks.containsKey("synopsis");
    }
  }

  /** A link, a code span or the name of a file, and its line. */
  record Link(int line, String target) {}

  static Page read(Path file) {
    try {
      return new Page(file, Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns all Markdown pages of the repository. */
  static List<Page> all() {
    try (Stream<Path> files = Files.walk(TOP)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !TOP.relativize(file).toString().matches("(.*/)?(target|\\.git)/.*"))
          .sorted(Comparator.naturalOrder())
          .map(Page::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name() {
    return TOP.relativize(file).toString();
  }

  /** Returns whether a class {@code ReadmeIT} in the module of a README runs its commands. */
  boolean hasTestOfItsOwn() {
    Path tests = file.resolveSibling("src/test/java");
    if (!file.endsWith("README.md") || !Files.isDirectory(tests)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(tests)) {
      return files.anyMatch(test -> test.endsWith("ReadmeIT.java"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    Map<String, String> remarks = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      Matcher remark = REMARK.matcher(line);
      if (line.startsWith("```")) {
        int indent = lines.get(i).indexOf('`');
        List<String> inside = new ArrayList<>();
        int opening = i + 1;
        for (i++; i < lines.size() && !lines.get(i).strip().equals("```"); i++) {
          inside.add(lines.get(i).substring(Math.min(indent, lines.get(i).length())));
        }
        blocks.add(new Block(this, opening, line.substring(3), inside, Map.copyOf(remarks)));
        remarks.clear();
      } else if (remark.matches()) {
        remarks.put(remark.group(1), remark.group(2) == null ? "" : remark.group(2));
      } else if (!line.isEmpty()) {
        remarks.clear();
      }
    }
    return blocks;
  }

  /** Returns the lines, with the lines of blocks emptied. */
  private List<String> prose() {
    List<String> prose = new ArrayList<>(lines);
    for (Block block : blocks()) {
      for (int i = block.line() - 1; i <= block.line() + block.lines().size(); i++) {
        prose.set(Math.min(i, prose.size() - 1), "");
      }
    }
    return prose;
  }

  List<Link> links() {
    return find(LINK);
  }

  /** Returns the code spans of the text, with a line break as a space. */
  List<Link> spans() {
    return find(SPAN).stream()
        .map(span -> new Link(span.line(), span.target().replace('\n', ' ')))
        .toList();
  }

  /** Returns the files of this repository that the text names without a link. */
  List<Link> namedFiles() {
    return find(NAMED);
  }

  /** Searches across line breaks: the words of a link may be on two lines. */
  private List<Link> find(Pattern pattern) {
    List<Link> found = new ArrayList<>();
    String prose = String.join("\n", prose());
    Matcher match = pattern.matcher(prose);
    while (match.find()) {
      int line =
          1 + (int) prose.substring(0, match.start(1)).chars().filter(c -> c == '\n').count();
      found.add(new Link(line, match.group(1)));
    }
    return found;
  }

  /** Returns the anchors of the headings, as Gitea and GitHub name them. */
  Set<String> anchors() {
    Set<String> anchors = new LinkedHashSet<>();
    for (String line : prose()) {
      if (line.matches("#{1,6} .*")) {
        String base =
            line.replaceFirst("^#+ +", "")
                .replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
        String anchor = base;
        for (int i = 1; !anchors.add(anchor); i++) {
          anchor = base + "-" + i;
        }
      }
    }
    return anchors;
  }
}
