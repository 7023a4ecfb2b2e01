package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.lazaruspit.examples.documentation.Page.Block;

/**
 * Programs made of a page's Java snippets, compiled into a folder.
 *
 * @param page the page with the snippets
 * @param folder the folder for the classes
 */
record Programs(Page page, Path folder) {

  /** Imports of a program, without those of tests. */
  static final String IMPORTS =
      JavaSnippetsTest.IMPORTS.replaceAll(
          "import org\\.(?:junit|lazaruspit\\.pit\\.contract)[^;]*; ", "");

  /** Returns the only snippet that contains this text. */
  Block snippet(String part) {
    List<Block> found =
        page.blocks().stream()
            .filter(block -> block.language().equals("java") && block.text().contains(part))
            .toList();
    assertEquals(1, found.size(), part);
    return found.get(0);
  }

  /**
   * Returns the source of a program whose main method is a snippet between two given texts; the
   * remark {@code given} becomes its static fields.
   */
  String source(String name, String before, String part, String after) {
    Block block = snippet(part);
    String given =
        block.remarks().getOrDefault("given", "").replaceAll("(?<=^|; )(?=.)", "static ");
    return source(
        "class %s { %s public static void main(String[] arguments) throws Exception { %s\n%s%s } }"
            .formatted(name, given, before, block.text(), after));
  }

  /** Returns a source with the package and the imports of a program. */
  static String source(String text) {
    return "package app; " + IMPORTS + text;
  }

  void compile(String name, String before, String part, String after) throws IOException {
    compile(name, source(name, before, part, after));
  }

  void compile(String name, String source) throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".java"), source);
    List<String> options =
        List.of("-proc:none", "-parameters", "-cp", System.getProperty("java.class.path"));
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("-d", folder.toString(), file.toString()));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertEquals(0, status, name);
  }

  /** Returns the command that runs a program. */
  String java(String name) {
    return "java -cp '%s:%s' app.%s".formatted(folder, System.getProperty("java.class.path"), name);
  }
}
