package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.lazaruspit.examples.documentation.Page.Block;

/**
 * Compiles all Java snippets by the convention in CONTRIBUTING.md: the public packages are
 * imported; a fragment is the body of a method; the remark {@code given} adds members, and the
 * remark {@code continues} the fragments before.
 */
final class JavaSnippetsTest {
  static final String IMPORTS =
      String.join(
          "",
          List.of(
                  "java.io",
                  "java.net",
                  "java.net.http",
                  "java.nio.file",
                  "java.time",
                  "java.util",
                  "java.util.concurrent",
                  "java.util.function",
                  "org.junit.jupiter.api",
                  "org.junit.jupiter.api.io",
                  "org.lazaruspit.cell",
                  "org.lazaruspit.heartbeat",
                  "org.lazaruspit.heartbeat.http",
                  "org.lazaruspit.pit",
                  "org.lazaruspit.pit.spi",
                  "org.lazaruspit.pit.contract")
              .stream()
              .map(name -> "import " + name + ".*; ")
              .toList());

  private static final Pattern TYPE =
      Pattern.compile(
          "(?m)^(?:(?:public|final|abstract|sealed) )*(?:class|record|interface|enum) ");

  /** A snippet as a source file. */
  private static final class Source extends SimpleJavaFileObject {
    private final Block block;
    private final String text;
    private final long before;

    Source(Block block, String text, long before) {
      super(
          URI.create("string:///%s/%d/Snippet.java".formatted(block.page().name(), block.line())),
          Kind.SOURCE);
      this.block = block;
      this.text = text;
      this.before = before;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }

    /** Returns the place in the page of a diagnostic of this source. */
    String place(Diagnostic<?> found) {
      long line = Math.max(block.line(), block.line() + found.getLineNumber() - before);
      return block.page().name() + ":" + line;
    }
  }

  /** Returns the source of a snippet, in a package of its own. */
  private static Source source(int number, Block block, String earlier) {
    String head = "package s" + number + "; " + IMPORTS;
    String given = block.remarks().getOrDefault("given", "");
    if (!TYPE.matcher(block.text()).find()) {
      String opening = head + "class Snippet { " + given + " void snippet() throws Exception {\n";
      return new Source(
          block, opening + earlier + block.text() + "}}", 1 + earlier.lines().count());
    }
    StringBuilder imports = new StringBuilder();
    StringBuilder types = new StringBuilder();
    for (String line : block.lines()) {
      boolean isImport = line.startsWith("import ");
      imports.append(isImport ? line + " " : "");
      types.append(isImport || line.startsWith("package ") ? "" : line).append('\n');
    }
    String text = types.toString().replaceAll("(?m)^public ", "");
    return new Source(block, head + imports + given + "\n" + text, 1);
  }

  private static List<String> problems(List<Page> pages) {
    List<Source> sources = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Page page : pages) {
      String earlier = "";
      for (Block block : page.blocks()) {
        if (!block.language().equals("java")) {
          continue;
        }
        String reason = block.remarks().get("not compiled");
        if (reason == null) {
          String before = block.remarks().containsKey("continues") ? earlier : "";
          sources.add(source(sources.size(), block, before));
          earlier = before + block.text();
        } else if (reason.isEmpty()) {
          problems.add(block.place() + ": not compiled, without a reason");
        }
      }
    }
    problems.addAll(compile(sources));
    return problems;
  }

  private static List<String> compile(List<Source> sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options = List.of("-proc:none", "-cp", System.getProperty("java.class.path"));
    try {
      JavacTask task = (JavacTask) compiler.getTask(null, null, found, options, null, sources);
      task.parse();
      task.analyze();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.getDiagnostics().stream()
        .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .map(
            diagnostic ->
                (diagnostic.getSource() instanceof Source source ? source.place(diagnostic) : "?")
                    + ": "
                    + diagnostic.getMessage(Locale.ROOT).lines().findFirst().orElse(""))
        .toList();
  }

  @Test
  void everySnippetCompiles() {
    List<Page> pages = Page.all();
    assertTrue(
        pages.stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block -> block.language().equals("java"))
                .count()
            > 2);
    assertEquals(List.of(), problems(pages));
  }

  @Test
  void snippetsThatDoNotCompileAreFoundWithTheirLine() {
    List<String> text =
        List.of(
            "```java",
            "HealthRegistry registry = HealthRegistry.create();",
            "```",
            "<!-- continues -->",
            "```java",
            "registry.start();",
            "registry.begin();",
            "```",
            "Not given:",
            "```java",
            "registry.start();",
            "```",
            "<!-- given: HealthRegistry registry; -->",
            "",
            "```java",
            "registry.start();",
            "```",
            "```java",
            "import java.math.BigInteger;",
            "public final class A {",
            "  BigInteger b = 1;",
            "}",
            "```",
            "<!-- not compiled -->",
            "```java",
            "...",
            "```");
    List<String> problems = problems(List.of(new Page(Page.TOP.resolve("page.md"), text)));
    assertEquals(
        List.of("page.md:25", "page.md:7", "page.md:11", "page.md:21"),
        problems.stream()
            .map(diagnostic -> diagnostic.substring(0, diagnostic.indexOf(": ")))
            .toList(),
        problems::toString);
  }
}
