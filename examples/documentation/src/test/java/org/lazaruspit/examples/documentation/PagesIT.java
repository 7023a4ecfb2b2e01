package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lazaruspit.examples.documentation.ScriptSandbox.Outcome;

/**
 * Runs the commands of each page in their order, with the JARs of this build. Blocks with the
 * remark {@code not run} are skipped; {@link RemarksTest} lists them.
 */
@Tag("full")
@Timeout(120)
final class PagesIT {
  @TempDir Path folder;

  static Stream<String> pages() {
    return Page.all().stream()
        .filter(page -> !page.hasTestOfItsOwn())
        .filter(page -> !PageScript.of(page).claims().isEmpty())
        .map(Page::name);
  }

  /** Runs the commands that name the JAR; their output is not checked. */
  @Test
  void commandsWithinASentenceWork() throws Exception {
    Set<String> commands = new TreeSet<>();
    for (Page page : Page.all()) {
      page.spans().stream()
          .map(Page.Link::target)
          .filter(span -> span.startsWith("java -jar examples/"))
          .forEach(commands::add);
    }
    assertEquals(3, commands.size(), commands::toString);
    Outcome outcome = new ScriptSandbox(folder).run(String.join("\n", commands) + "\n");
    assertEquals(0, outcome.status(), outcome::output);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  void theCommandsOfThePageWork(String name) throws Exception {
    PageScript script = PageScript.of(Page.read(Page.TOP.resolve(name)));
    Outcome outcome = new ScriptSandbox(folder).run(script.text());
    assertEquals(0, outcome.status(), outcome::output);
    assertEquals(List.of(), script.unmetClaims(outcome.output()), outcome::output);
  }
}
