package org.lazaruspit.pit.internal.os;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The programs of this machine, found as a shell would. They are called by their full names: what a
 * launcher sets as an agent's {@code PATH} must not choose who builds the agent's walls.
 */
public final class ProgramLookup {

  private static final long ANSWER_WITHIN_SECONDS = 20;
  private static final int LONGEST_ANSWER = 4096;

  private final List<Path> path;

  public ProgramLookup(List<Path> path) {
    this.path = List.copyOf(path);
  }

  public static ProgramLookup ofThisMachine() {
    String variable = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    return new ProgramLookup(
        Pattern.compile(Pattern.quote(File.pathSeparator))
            .splitAsStream(variable)
            .filter(folder -> folder.startsWith("/"))
            .map(Path::of)
            .toList());
  }

  /** What a program said. */
  public record Answer(int status, String text) {
    public boolean good() {
      return status == 0;
    }
  }

  public Optional<String> find(String name) {
    return path.stream()
        .map(folder -> folder.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .map(Path::toString)
        .findFirst();
  }

  public String require(String name) throws IOException {
    return find(name).orElseThrow(() -> new IOException("there is no program " + name));
  }

  /** Runs a program to its end and returns what it said, on whichever of its outputs. */
  public Answer ask(String name, List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(require(name));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true)
            .start();
    try {
      if (!process.waitFor(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(name + " did not end within " + ANSWER_WITHIN_SECONDS + " s");
      }
      byte[] said = process.getInputStream().readNBytes(LONGEST_ANSWER);
      return new Answer(process.exitValue(), new String(said, Charset.defaultCharset()).strip());
    } finally {
      process.destroyForcibly();
    }
  }
}
