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

/** A supervisor of processes, set up in a folder of its own to keep children of given names. */
abstract class ChildKeeper implements AutoCloseable {

  private static final String MARK = "REVIVE_BENCHMARK";

  final Path folder;
  final Births births;
  private final String name;
  private @Nullable Process process;

  ChildKeeper(String name, Path parent, Births births) throws IOException {
    this.name = name;
    this.births = births;
    this.folder = Files.createDirectories(parent.resolve(name.replace(' ', '-')));
  }

  /** What there is to compare: ours first, then what Debian packages. */
  static List<String> names() {
    return List.of("lazarus-pit", "runit", "s6 ready", "s6", "supervisor");
  }

  static ChildKeeper of(String name, Path parent, Births births) throws IOException {
    return switch (name) {
      case "lazarus-pit" -> new PitKeeper(name, parent, births);
      case "runit" -> new Runit(name, parent, births);
      case "s6" -> new S6(name, parent, births, false);
      case "s6 ready" -> new S6(name, parent, births, true);
      case "supervisor" -> new Supervisord(name, parent, births);
      default -> throw new IllegalArgumentException("keeper: there is none named " + name);
    };
  }

  /** Whether its program is installed. */
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

  /** How {@link Births} calls a child of this keeper. */
  String child(String child) {
    return folder.getFileName() + "/" + child;
  }

  /** Has it know of a child, whose life after its first instruction is this line of shell. */
  abstract void add(String child, String life) throws IOException;

  abstract List<String> command() throws IOException;

  /** The same script for every keeper. */
  Path script(String child, String beforeLife, String life) throws IOException {
    Path script = Files.createDirectories(folder.resolve("run").resolve(child)).resolve("run");
    Files.writeString(
        script,
        "#!/bin/sh\n" + births.announcement(child(child)) + "\n" + beforeLife + life + "\n");
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
    Objects.requireNonNull(process, "it was started").destroyForcibly().onExit().join();
  }

  /** What its programs have said. */
  final Path output() {
    return folder.resolve("output");
  }

  private String mark() {
    return folder.toString();
  }

  /** The supervisor and whatever it needs beside the children themselves. */
  final List<Long> own(List<String> children) {
    List<Long> theirs =
        children.stream()
            .map(child -> births.last(child(child)).pid())
            .collect(Collectors.toList());
    return ProcessFigures.marked(MARK + "=" + mark() + "\0").stream()
        .filter(pid -> !theirs.contains(pid))
        .toList();
  }

  /** Nothing of it is left when this returns. */
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

  private static final class Runit extends ChildKeeper {
    Runit(String name, Path parent, Births births) throws IOException {
      super(name, parent, births);
    }

    @Override
    void add(String child, String life) throws IOException {
      script(child, "", life);
    }

    @Override
    List<String> command() {
      return List.of("runsvdir", "-P", folder.resolve("run").toString());
    }
  }

  /** It restarts a child that had said it was ready at once, and any other a second later. */
  private static final class S6 extends ChildKeeper {
    private final boolean ready;

    S6(String name, Path parent, Births births, boolean ready) throws IOException {
      super(name, parent, births);
      this.ready = ready;
    }

    @Override
    void add(String child, String life) throws IOException {
      Path script = script(child, ready ? "echo >&3\n" : "", life);
      if (ready) {
        Files.writeString(script.resolveSibling("notification-fd"), "3\n");
      }
    }

    @Override
    List<String> command() {
      return List.of("s6-svscan", "-c", "1000", folder.resolve("run").toString());
    }
  }

  private static final class Supervisord extends ChildKeeper {
    private final StringBuilder programs = new StringBuilder();

    Supervisord(String name, Path parent, Births births) throws IOException {
      super(name, parent, births);
    }

    @Override
    void add(String child, String life) throws IOException {
      programs.append(
          "[program:%s]%ncommand=%s%nautorestart=true%nstdout_logfile=NONE%nstderr_logfile=NONE%n"
              .formatted(child, script(child, "", life)));
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
