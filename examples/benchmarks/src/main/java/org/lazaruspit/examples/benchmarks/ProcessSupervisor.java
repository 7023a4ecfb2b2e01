package org.lazaruspit.examples.benchmarks;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A supervisor of child processes, set up in a folder of its own. */
abstract class ProcessSupervisor implements AutoCloseable {

  private static final String MARK = "REVIVE_BENCHMARK";

  final Path folder;
  final ChildStarts starts;
  private final String name;
  private @Nullable Process process;

  ProcessSupervisor(String name, Path parent, ChildStarts starts) throws IOException {
    this.name = name;
    this.starts = starts;
    this.folder = Files.createDirectories(parent.resolve(name.replace(' ', '-')));
  }

  /** Returns the names of all supervisors: the pit first, then those of Debian. */
  static List<String> names() {
    return List.of("lazarus-pit", "runit", "s6 ready", "s6", "supervisor");
  }

  static ProcessSupervisor of(String name, Path parent, ChildStarts starts) throws IOException {
    return switch (name) {
      case "lazarus-pit" -> new PitSupervisor(name, parent, starts);
      case "runit" -> new Runit(name, parent, starts);
      case "s6" -> new S6(name, parent, starts, false);
      case "s6 ready" -> new S6(name, parent, starts, true);
      case "supervisor" -> new Supervisord(name, parent, starts);
      default -> throw new IllegalArgumentException("unknown supervisor: " + name);
    };
  }

  /** Returns whether the program of a supervisor is installed. */
  static boolean installed(String name) {
    String program =
        switch (name) {
          case "runit" -> "runsvdir";
          case "s6", "s6 ready" -> "s6-svscan";
          case "supervisor" -> "supervisord";
          default -> "flock";
        };
    return List.of(System.getenv("PATH").split(File.pathSeparator, -1)).stream()
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  String name() {
    return name;
  }

  /** Returns the name of a child in {@link ChildStarts}. */
  String child(String child) {
    return folder.getFileName() + "/" + child;
  }

  /** Adds a child that runs a line of shell after its first instruction. */
  abstract void add(String child, String command) throws IOException;

  abstract List<String> command() throws IOException;

  /** Writes the script of a child, the same for all supervisors. */
  Path script(String child, String preparation, String command) throws IOException {
    Path script = Files.createDirectories(folder.resolve("run").resolve(child)).resolve("run");
    Files.writeString(
        script,
        "#!/bin/sh\n" + starts.announcement(child(child)) + "\n" + preparation + command + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  final void start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command());
    builder.environment().put(MARK, mark());
    process =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(output().toFile()))
            .start();
  }

  final void killSupervisor() {
    Objects.requireNonNull(process, "not started").destroyForcibly().onExit().join();
  }

  /** Returns the file with the output of the supervisor. */
  final Path output() {
    return folder.resolve("output");
  }

  private String mark() {
    return folder.toString();
  }

  /** Returns the processes of the supervisor, without the children. */
  final List<Long> supervisorProcesses(List<String> children) {
    List<Long> childPids =
        children.stream()
            .map(child -> starts.last(child(child)).pid())
            .collect(Collectors.toList());
    return ProcessFigures.marked(MARK + "=" + mark() + "\0").stream()
        .filter(pid -> !childPids.contains(pid))
        .toList();
  }

  /** Ends all processes of the supervisor and its children. */
  @Override
  public void close() {
    if (process != null) {
      killSupervisor();
    }
    List<Long> left = ProcessFigures.marked(MARK + "=" + mark() + "\0");
    while (!left.isEmpty()) {
      left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      left = ProcessFigures.marked(MARK + "=" + mark() + "\0");
    }
  }

  private static final class Runit extends ProcessSupervisor {
    Runit(String name, Path parent, ChildStarts starts) throws IOException {
      super(name, parent, starts);
    }

    @Override
    void add(String child, String command) throws IOException {
      script(child, "", command);
    }

    @Override
    List<String> command() {
      return List.of("runsvdir", "-P", folder.resolve("run").toString());
    }
  }

  /** Restarts a child at once if it had signalled readiness, otherwise after a second. */
  private static final class S6 extends ProcessSupervisor {
    private final boolean ready;

    S6(String name, Path parent, ChildStarts starts, boolean ready) throws IOException {
      super(name, parent, starts);
      this.ready = ready;
    }

    @Override
    void add(String child, String command) throws IOException {
      Path script = script(child, ready ? "echo >&3\n" : "", command);
      if (ready) {
        Files.writeString(script.resolveSibling("notification-fd"), "3\n");
      }
    }

    @Override
    List<String> command() {
      return List.of("s6-svscan", "-c", "1000", folder.resolve("run").toString());
    }
  }

  private static final class Supervisord extends ProcessSupervisor {
    private final StringBuilder programs = new StringBuilder();

    Supervisord(String name, Path parent, ChildStarts starts) throws IOException {
      super(name, parent, starts);
    }

    @Override
    void add(String child, String command) throws IOException {
      programs.append(
          "[program:%s]%ncommand=%s%nautorestart=true%nstdout_logfile=NONE%nstderr_logfile=NONE%n"
              .formatted(child, script(child, "", command)));
    }

    @Override
    List<String> command() throws IOException {
      Path config = folder.resolve("supervisord.conf");
      Files.writeString(
          config,
          "[supervisord]%nnodaemon=true%nminfds=8192%nlogfile=%s%npidfile=%s%n%s"
              .formatted(folder.resolve("log"), folder.resolve("pid"), programs));
      return List.of("supervisord", "-c", config.toString());
    }
  }
}
