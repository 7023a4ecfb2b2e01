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
import org.lazaruspit.examples.documentation.Sandbox.Outcome;

/**
 * Does what each page says, in the order in which it says it, with the JARs that the build has
 * made. What a page remarks is not run is left out, and held against a list by {@link
 * CommandsTest}.
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

  /** Those that say where the JAR is; what they print is theirs. */
  @Test
  void wholeCommandsInTheMiddleOfASentenceWork() throws Exception {
    Set<String> commands = new TreeSet<>();
    for (Page page : Page.all()) {
      page.spans().stream()
          .map(Page.Link::target)
          .filter(span -> span.startsWith("java -jar examples/"))
          .forEach(commands::add);
    }
    assertEquals(3, commands.size(), commands::toString);
    Outcome outcome = new Sandbox(folder).run(String.join("\n", commands) + "\n");
    assertEquals(0, outcome.status(), outcome::said);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  void aReaderCanDoWhatThePageSays(String name) throws Exception {
    PageScript script = PageScript.of(Page.read(Page.TOP.resolve(name)));
    Outcome outcome = new Sandbox(folder).run(script.text());
    assertEquals(0, outcome.status(), outcome::said);
    assertEquals(List.of(), script.unfounded(outcome.said()), outcome::said);
  }
}
