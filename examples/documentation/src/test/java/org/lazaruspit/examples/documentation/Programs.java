package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.lazaruspit.examples.documentation.Page.Block;

/**
 * Programs made of a page's snippets of Java, compiled into a folder.
 *
 * @param page where the snippets are
 * @param folder where the classes go
 */
record Programs(Page page, Path folder) {

  /** The only snippet that has this text. */
  Block snippet(String part) {
    List<Block> found =
        page.blocks().stream()
            .filter(block -> block.language().equals("java") && block.text().contains(part))
            .toList();
    assertEquals(1, found.size(), part);
    return found.get(0);
  }

  /**
   * A program whose main method is a snippet between two lines of ours; what a remark says is given
   * are its static fields.
   */
  void compile(String name, String before, String part, String after) throws IOException {
    Block block = snippet(part);
    String given = block.remarks().getOrDefault("given", "").replaceAll("(?<=^|; )", "static ");
    compile(
        name,
        "class %s { %s public static void main(String[] arguments) throws Exception { %s\n%s%s } }"
            .formatted(name, given.replaceFirst("static $", ""), before, block.text(), after));
  }

  /** A file of source code, with the packages imported that the page says are. */
  void compile(String name, String text) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve(name + ".java"), "package app; " + JavaSnippetsTest.IMPORTS + text);
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-parameters",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                file.toString());
    assertEquals(0, status, name);
  }

  /** How a program is called, in a script. */
  String java(String name) {
    return "java -cp '%s:%s' app.%s".formatted(folder, System.getProperty("java.class.path"), name);
  }
}
