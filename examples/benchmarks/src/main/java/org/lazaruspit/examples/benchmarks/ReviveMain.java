package org.lazaruspit.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Compares restarts of dead children by a pit and by the process supervisors of Debian, all in one
 * run with the same children. Measures the time from just before SIGKILL until the first
 * instruction of the successor has written to a pipe.
 *
 * <p>{@code java -cp target/benchmarks.jar org.lazaruspit.examples.benchmarks.ReviveMain [SCENARIO]
 * [--only SUPERVISOR,...]}, where a scenario is {@code --kills 20} (the default), {@code --storm
 * 200}, {@code --loop 60}, {@code --supervisor-killed 20}, {@code --idle 1000} or {@code --cells
 * 1000}.
 */
public final class ReviveMain {

  private ReviveMain() {}

  /**
   * Runs one scenario and prints a table.
   *
   * @param args see above
   * @throws Exception if a supervisor cannot be started
   */
  public static void main(String[] args) throws Exception {
    List<String> words = new ArrayList<>(List.of(args));
    List<String> supervisors = supervisors(words);
    String scenario = words.isEmpty() ? "--kills" : words.get(0);
    int number = words.size() > 1 ? Integer.parseInt(words.get(1)) : 20;
    Path folder = Files.createTempDirectory("revive");
    try (ChildStarts starts = ChildStarts.listen(folder.resolve("starts"))) {
      System.out.printf(
          Locale.ROOT,
          "JDK %s (%s), %d CPUs, load %s%n",
          Runtime.version(),
          String.join(" ", PitSupervisor.JVM_OPTIONS),
          Runtime.getRuntime().availableProcessors(),
          Files.readString(Path.of("/proc/loadavg")).strip());
      ReviveScenarios scenarios = new ReviveScenarios(supervisors, folder, starts);
      switch (scenario) {
        case "--kills" -> scenarios.kills(number);
        case "--storm" -> scenarios.storm(number);
        case "--loop" -> scenarios.loop(number);
        case "--supervisor-killed" -> scenarios.supervisorKilled(number);
        case "--idle" -> scenarios.idle(number);
        case "--cells" -> IdleRounds.run(folder, number);
        default -> throw new IllegalArgumentException("unknown scenario: " + scenario);
      }
    } finally {
      delete(folder);
    }
  }

  private static List<String> supervisors(List<String> words) {
    int only = words.indexOf("--only");
    List<String> selected = ProcessSupervisor.names();
    if (only >= 0) {
      selected = List.of(words.get(only + 1).split(",", -1));
      words.subList(only, only + 2).clear();
    }
    selected.stream()
        .filter(name -> !ProcessSupervisor.installed(name))
        .forEach(name -> System.out.println(name + ": not installed; skipped"));
    return selected.stream().filter(ProcessSupervisor::installed).toList();
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
