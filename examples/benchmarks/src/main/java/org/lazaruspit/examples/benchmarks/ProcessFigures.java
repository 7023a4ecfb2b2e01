package org.lazaruspit.examples.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads figures of processes on Linux (proc(5)). */
final class ProcessFigures {

  private static final Pattern PSS = Pattern.compile("(?m)^Pss:\\s+(\\d+) kB");
  private static final double TICKS_A_SECOND = 100;

  private ProcessFigures() {}

  /** Returns whether a process runs; a zombie does not. */
  static boolean alive(long pid) {
    String stat = read(pid, "stat");
    return !stat.isEmpty() && !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
  }

  /** Returns all processes with this text in their environment. */
  static List<Long> marked(String text) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> read(pid, "environ").contains(text))
        .toList();
  }

  /** Returns the proportional set size: shared memory counts in equal parts. */
  static long pssKilobytes(List<Long> pids) {
    return pids.stream().mapToLong(ProcessFigures::pssKilobytes).sum();
  }

  private static long pssKilobytes(long pid) {
    Matcher matcher = PSS.matcher(read(pid, "smaps_rollup"));
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  /** Returns the processor time used so far, in seconds. */
  static double cpuSeconds(List<Long> pids) {
    return pids.stream().mapToLong(ProcessFigures::ticks).sum() / TICKS_A_SECOND;
  }

  private static long ticks(long pid) {
    String stat = read(pid, "stat");
    if (stat.isEmpty()) {
      return 0;
    }
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  static long threads(List<Long> pids) {
    return pids.stream().mapToLong(pid -> names(pid, "task")).sum();
  }

  private static long names(long pid, String folder) {
    String[] names = Path.of("/proc", Long.toString(pid), folder).toFile().list();
    return names == null ? 0 : names.length;
  }

  private static String read(long pid, String name) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), name), ISO_8859_1);
    } catch (IOException e) {
      return ""; // the process has ended
    }
  }
}
