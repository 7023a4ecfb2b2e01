package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.internal.process.ProcessReviver;
import org.slf4j.Logger;

/**
 * Somebody who is not root and has a home in a test's folder. What runs as it is a process of its
 * own, since a JVM cannot become somebody else.
 */
final class OrdinaryUser {

  static final String NUMBER = "65534";

  private final Path folder;
  private final Path home;
  private final String classPath;

  /** Only root can become somebody else. */
  OrdinaryUser(Path folder) throws IOException, InterruptedException {
    this.folder = folder.toRealPath();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    home = Files.createDirectory(this.folder.resolve("home"));
    own(home);
    classPath = copiedClassPath();
  }

  Path home() {
    return home;
  }

  /** Gives it a file or a folder, not what is in it. */
  static void own(Path file) throws IOException, InterruptedException {
    ProgramLookup.ofThisMachine().run("chown", List.of(NUMBER + ":" + NUMBER, file.toString()));
  }

  /**
   * Runs a program of ours to its end and returns what it said.
   *
   * @param before a command that becomes the one that it gets as its arguments, or none
   */
  List<String> run(List<String> before, Class<?> program, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of("setpriv", "--reuid=" + NUMBER, "--regid=" + NUMBER, "--clear-groups", "--"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp", classPath));
    command.add(program.getName());
    command.addAll(arguments);
    return run(command);
  }

  private List<String> run(List<String> command) throws IOException, InterruptedException {
    Path output = folder.resolve("said");
    Process process =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      int status = process.waitFor();
      List<String> said = Files.readAllLines(output);
      assertEquals(0, status, () -> String.join("\n", said));
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Copies of our classes, where somebody who is not root can read them. */
  private String copiedClassPath() throws IOException {
    List<String> copies = new ArrayList<>();
    Path library = Files.createDirectory(home.resolve("library"));
    for (Class<?> type :
        List.of(OrdinaryUser.class, ProcessReviver.class, IsolationSpec.class, Logger.class)) {
      Path from = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
      Path to = library.resolve(Integer.toString(copies.size()));
      copy(from, to);
      copies.add(to.toString());
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
