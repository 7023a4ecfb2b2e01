package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.lazaruspit.examples.documentation.Page.Block;
import org.lazaruspit.examples.gateway.GatewayMain;
import org.lazaruspit.examples.pit.Main;
import picocli.CommandLine;

/**
 * Parses all command lines of this project's programs in the documentation, without running them.
 */
final class CommandsTest {
  /** Classes of programs by the pattern of their command lines. */
  private static final Map<Pattern, Class<?>> PROGRAMS =
      Map.of(
          Pattern.compile("(?:sudo )?(?:[\\w./-]*/)?(?:lazarus-)?pit( .*)?"), Main.class,
          Pattern.compile("java (?:-\\S+ )*-jar \\S*lazarus-pit\\.jar( .*)?"), Main.class,
          Pattern.compile("java (?:-\\S+ )*-jar \\S*gateway\\.jar( .*)?"), GatewayMain.class);

  private static List<String> problems(Page page) {
    List<String> problems = new ArrayList<>();
    for (Block block : page.blocks()) {
      if (block.isShell()) {
        check(block, problems);
      }
    }
    for (Page.Link span : page.spans()) {
      if (!span.target().contains("...")) {
        for (List<String> command : commands(span.target())) {
          String problem = problem(command, true);
          if (!problem.isEmpty()) {
            problems.add(page.name() + ":" + span.line() + ": " + problem);
          }
        }
      }
    }
    return problems;
  }

  private static void check(Block block, List<String> problems) {
    List<String> lines = block.lines();
    for (int i = 0; i < lines.size(); i++) {
      int first = i;
      StringBuilder whole = new StringBuilder(lines.get(i).strip());
      while (whole.toString().endsWith("\\") && i + 1 < lines.size()) {
        whole.setLength(whole.length() - 1);
        whole.append(lines.get(++i).strip());
      }
      for (List<String> command : commands(whole.toString())) {
        String problem = problem(command, false);
        if (!problem.isEmpty()) {
          problems.add(block.page().name() + ":" + (block.line() + first + 1) + ": " + problem);
        }
      }
    }
  }

  /** Returns the words of each command of a line, split as by a shell. */
  private static List<List<String>> commands(String line) {
    List<List<String>> commands = new ArrayList<>();
    List<String> words = new ArrayList<>();
    Matcher parts =
        Pattern.compile(
                "\\s*(?:(#.*)|(\\|\\||&&|[|;&<>()]|\\$\\()|((?:\"[^\"]*\"|'[^']*'|[^\\s|;&<>()\"'])+))")
            .matcher(line.replaceFirst("^[$#] ", ""));
    while (parts.find()) {
      if (parts.group(1) != null) {
        break;
      }
      if (parts.group(2) != null) {
        commands.add(words);
        words = new ArrayList<>();
      } else {
        words.add(parts.group(3).replaceAll("[\"']", ""));
      }
    }
    commands.add(words);
    return commands;
  }

  /**
   * Returns the problem of a command; empty if it is valid.
   *
   * @param form whether required arguments may be missing, as within a sentence
   */
  private static String problem(List<String> command, boolean form) {
    // Spaces within a word are replaced by a character that no command contains.
    String joined = String.join("\u0001", command).replace(' ', '\u0002').replace('\u0001', ' ');
    for (Map.Entry<Pattern, Class<?>> program : PROGRAMS.entrySet()) {
      Matcher call = program.getKey().matcher(joined);
      if (call.matches()) {
        String arguments = call.group(1) == null ? "" : call.group(1).strip();
        String[] given =
            arguments.isEmpty() ? new String[0] : arguments.replace('\u0002', '\u0003').split(" ");
        for (int i = 0; i < given.length; i++) {
          given[i] = given[i].replace('\u0003', ' ');
        }
        return parse(program.getValue(), form, given);
      }
    }
    Matcher main =
        Pattern.compile("java .*(?<= )org\\.lazaruspit\\.([\\w.]+)( .*)?").matcher(joined);
    return main.matches() && !isThere(main.group(1)) ? main.group(1) + ": no such class" : "";
  }

  private static boolean isThere(String mainClass) {
    String file = "src/main/java/org/lazaruspit/" + mainClass.replace('.', '/') + ".java";
    return Files.exists(Page.TOP.resolve("examples/benchmarks").resolve(file));
  }

  private static String parse(Class<?> program, boolean form, String... arguments) {
    try {
      new CommandLine(program).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
      return "";
    } catch (CommandLine.ParameterException e) {
      boolean leftOpen =
          e instanceof CommandLine.MissingParameterException
              || String.valueOf(e.getMessage()).contains("cannot convert 'ID'");
      return form && leftOpen ? "" : String.join(" ", arguments) + ": " + e.getMessage();
    }
  }

  @Test
  void everyCommandIsValid() {
    assertEquals(List.of(), Page.all().stream().flatMap(page -> problems(page).stream()).toList());
  }

  @Test
  void invalidCommandsAreFound() {
    List<String> text =
        List.of(
            "```sh",
            "lazarus-pit cell create --name \"Sort the archive\" --root missions   # makes it",
            "lazarus-pit cell crate --name x",
            "cell=$(lazarus-pit cell create --nam x) && echo \"$cell\"",
            "java -Xmx64m -jar examples/gateway/target/gateway.jar --prot 80 > log",
            "java -jar x/lazarus-pit.jar cell add-agent CELL --id a \\",
            "  --name A --role boss",
            "lazarus-pit",
            "```",
            "<!-- synopsis -->",
            "```",
            "lazarus-pit [run] ...",
            "```",
            "Run `lazarus-pit approve`, `lazarus-pit cell ...`, or",
            "`lazarus-pit cell",
            "crate`.",
            "```",
            "java -cp x.jar org.lazaruspit.examples.benchmarks.ReviveMain 5",
            "java -cp x.jar org.lazaruspit.examples.benchmarks.ReviveMane 5",
            "```");
    List<String> problems = problems(new Page(Page.TOP.resolve("page.md"), text));
    assertEquals(
        List.of(3, 4, 5, 6, 19, 15).stream().map(line -> "page.md:" + line).toList(),
        problems.stream().map(line -> line.substring(0, line.indexOf(": "))).toList(),
        problems::toString);
  }
}
