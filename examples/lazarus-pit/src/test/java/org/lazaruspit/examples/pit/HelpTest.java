package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.examples.pit.SmallFleet.Outcome;
import picocli.CommandLine;

/** Help texts, and their examples. */
final class HelpTest {

  private static final Pattern EXAMPLE = Pattern.compile("(?m)^  (?:.*[(\\s\"])?lazarus-pit (.*)$");

  private static final CommandLine COMMANDS = Main.commandLine();

  @TempDir Path folder;

  static Stream<CommandLine> commands() {
    return all(COMMANDS).stream();
  }

  private static List<CommandLine> all(CommandLine command) {
    List<CommandLine> all = new ArrayList<>(List.of(command));
    command.getSubcommands().values().stream()
        .filter(sub -> !sub.getCommandName().equals("help"))
        .forEach(sub -> all.addAll(all(sub)));
    return all;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasADescriptionAndAnExample(CommandLine command) {
    String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    String name = command.getCommandSpec().qualifiedName();
    assertTrue(command.getCommandSpec().usageMessage().description().length > 0, name);
    assertTrue(help.contains("  " + name) || help.contains("(" + name), help);
    command
        .getCommandSpec()
        .options()
        .forEach(option -> assertTrue(option.description().length > 0, name + option));
    help.lines().forEach(line -> assertTrue(line.length() <= 100, line));
  }

  /** The parser accepts every example. */
  @ParameterizedTest
  @MethodSource("commands")
  void everyExampleIsUnderstood(CommandLine command) {
    String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    Matcher example = EXAMPLE.matcher(help.substring(Math.max(0, help.indexOf("xample"))));
    int found = 0;
    while (example.find()) {
      String[] words = words(example.group(1));
      COMMANDS.parseArgs(words);
      found++;
    }
    assertTrue(found > 0, help);
  }

  /** Splits like a shell: knows double quotes and ends of commands. */
  private static String[] words(String line) {
    Matcher word = Pattern.compile("\"([^\"]*)\"|([^\\s\"|>)]+)|([|>)])").matcher(line);
    List<String> words = new ArrayList<>();
    while (word.find() && word.group(3) == null) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    return words.toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "help", "help pause", "pause --help", "--version"})
  void helpGoesToStandardOutput(String arguments) {
    Outcome outcome = SmallFleet.run(arguments.split(" ", -1));
    assertEquals(0, outcome.status());
    assertEquals("", outcome.err());
    assertFalse(outcome.out().isBlank());
  }

  /** Bash itself reads the script and completes with it. */
  @Test
  void theCompletionScriptCompletes() throws Exception {
    Path script = Files.writeString(folder.resolve("c"), SmallFleet.run("completion").out());
    String ask =
        """
        source "$1"
        COMP_WORDS=(lazarus-pit cell add-agent --r) COMP_CWORD=3 COMP_LINE= COMP_POINT=0
        $(complete -p lazarus-pit | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
        echo "${COMPREPLY[@]}"
        """;
    Process bash =
        new ProcessBuilder("bash", "-c", ask, "bash", script.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(bash.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, bash.waitFor(), output);
    assertTrue(output.contains("--role"), output);
  }
}
