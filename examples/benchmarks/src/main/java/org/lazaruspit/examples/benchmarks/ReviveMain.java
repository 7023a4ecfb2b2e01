package org.lazaruspit.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a dead child costs until its successor runs: ours beside the process supervisors that Debian
 * packages, all of them in one run, with the same children. The time is taken from just before
 * SIGKILL until the successor's first instruction has written to a pipe.
 *
 * <p>{@code java -cp target/benchmarks.jar org.lazaruspit.examples.benchmarks.ReviveMain [SCENARIO]
 * [--only KEEPER,...]}, where a scenario is {@code --kills 20} (which is meant where none is
 * given), {@code --storm 200}, {@code --loop 60}, {@code --supervisor-killed 20}, {@code --idle
 * 1000} or {@code --cells 1000}.
 */
public final class ReviveMain {

  private ReviveMain() {}

  /**
   * Runs one scenario and prints a table.
   *
   * @param args see above
   * @throws Exception if a keeper cannot be started
   */
  public static void main(String[] args) throws Exception {
    List<String> words = new ArrayList<>(List.of(args));
    List<String> keepers = keepers(words);
    String scenario = words.isEmpty() ? "--kills" : words.get(0);
    int number = words.size() > 1 ? Integer.parseInt(words.get(1)) : 20;
    Path folder = Files.createTempDirectory("revive");
    try (Births births = Births.listen(folder.resolve("births"))) {
      System.out.printf(
          Locale.ROOT,
          "JDK %s (%s), %d CPUs, load %s%n",
          Runtime.version(),
          String.join(" ", PitKeeper.JVM_OPTIONS),
          Runtime.getRuntime().availableProcessors(),
          Files.readString(Path.of("/proc/loadavg")).strip());
      ReviveScenarios scenarios = new ReviveScenarios(keepers, folder, births);
      switch (scenario) {
        case "--kills" -> scenarios.kills(number);
        case "--storm" -> scenarios.storm(number);
        case "--loop" -> scenarios.loop(number);
        case "--supervisor-killed" -> scenarios.supervisorKilled(number);
        case "--idle" -> scenarios.idle(number);
        case "--cells" -> QuietPoll.run(folder, number);
        default -> throw new IllegalArgumentException("there is no scenario " + scenario);
      }
    } finally {
      delete(folder);
    }
  }

  private static List<String> keepers(List<String> words) {
    int only = words.indexOf("--only");
    List<String> wanted = ChildKeeper.names();
    if (only >= 0) {
      wanted = List.of(words.get(only + 1).split(",", -1));
      words.subList(only, only + 2).clear();
    }
    wanted.stream()
        .filter(name -> !ChildKeeper.installed(name))
        .forEach(name -> System.out.println(name + ": not installed, left out"));
    return wanted.stream().filter(ChildKeeper::installed).toList();
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
