package org.lazaruspit.pit.internal.os;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds programs on a search path, as a shell would, and runs them by their full paths: the {@code
 * PATH} of a launcher must not select the programs that build the agent's sandbox. Immutable.
 */
public final class ProgramLookup {

  private static final CommandRunner RUNNER = new CommandRunner(Duration.ofSeconds(20), 4096);

  private final List<Path> path;

  public ProgramLookup(List<Path> path) {
    this.path = List.copyOf(path);
  }

  /** Returns a lookup on the {@code PATH} of this JVM. */
  public static ProgramLookup ofThisMachine() {
    String variable = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    return new ProgramLookup(
        Pattern.compile(Pattern.quote(File.pathSeparator))
            .splitAsStream(variable)
            .filter(folder -> folder.startsWith("/"))
            .map(Path::of)
            .toList());
  }

  /** Returns the full path of a program. */
  public Optional<String> find(String name) {
    return path.stream()
        .map(folder -> folder.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .map(Path::toString)
        .findFirst();
  }

  /**
   * Returns the full path of a program.
   *
   * @throws IOException if it is not found
   */
  public String require(String name) throws IOException {
    return find(name).orElseThrow(() -> new IOException("there is no program " + name));
  }

  /**
   * Runs a program of this machine to its end.
   *
   * @throws IOException if the program is missing, cannot be started or exceeds its time limit
   */
  public CommandExecution run(String name, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(require(name));
    command.addAll(arguments);
    CommandExecution execution = RUNNER.run(command, Map.of());
    if (execution.status() == CommandExecution.TIMED_OUT) {
      throw new IOException(
          "%s did not end within %d s".formatted(name, RUNNER.timeLimit().toSeconds()));
    }
    return execution;
  }
}
