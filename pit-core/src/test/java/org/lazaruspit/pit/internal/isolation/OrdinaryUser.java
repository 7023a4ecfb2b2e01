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
 * Unprivileged user with a home in a test's folder. Its programs run in processes of their own,
 * since a JVM cannot change its user.
 */
final class OrdinaryUser {

  static final String NUMBER = "65534";

  private final Path folder;
  private final Path home;
  private final String classPath;

  /** Creates the home; requires root. */
  OrdinaryUser(Path folder) throws IOException, InterruptedException {
    this.folder = folder.toRealPath();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    home = Files.createDirectory(this.folder.resolve("home"));
    chown(home);
    classPath = copiedClassPath();
  }

  Path home() {
    return home;
  }

  /** Gives the user a file or a folder, without its content. */
  static void chown(Path file) throws IOException, InterruptedException {
    ProgramLookup.ofThisMachine().run("chown", List.of(NUMBER + ":" + NUMBER, file.toString()));
  }

  /**
   * Runs a Java program to its end and returns its output.
   *
   * @param before a command that executes its arguments, or an empty list
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
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      int status = process.waitFor();
      List<String> lines = Files.readAllLines(output);
      assertEquals(0, status, () -> String.join("\n", lines));
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Copies the class path to a folder that the user can read. */
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
