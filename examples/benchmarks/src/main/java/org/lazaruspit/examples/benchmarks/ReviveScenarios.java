package org.lazaruspit.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Scenarios of faults, each with its measurements. Prints the results. */
final class ReviveScenarios {

  private static final String SLEEP = "exec sleep 1000000";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  /** Longer than the second within which most supervisors treat a death as a failed start. */
  private static final Duration SETTLED = Duration.ofSeconds(4);

  private final List<String> names;
  private final Path folder;
  private final ChildStarts starts;

  ReviveScenarios(List<String> names, Path folder, ChildStarts starts) {
    this.names = names;
    this.folder = folder;
    this.starts = starts;
  }

  /** Kills each child once, in turns among the supervisors. */
  void kills(int count) throws IOException, InterruptedException {
    List<String> children = children("child", count);
    List<ProcessSupervisor> supervisors = new ArrayList<>();
    try {
      for (String name : names) {
        supervisors.add(started(name, children));
      }
      settle();
      Map<String, List<Double>> times = new LinkedHashMap<>();
      KillStages stages = new KillStages();
      for (String child : children) {
        for (ProcessSupervisor supervisor : supervisors) {
          stages.beforeKill(supervisor, child);
          double millis = kill(supervisor, child);
          stages.afterStart(supervisor, child);
          times.computeIfAbsent(supervisor.name(), key -> new ArrayList<>()).add(millis);
          TimeUnit.MILLISECONDS.sleep(50);
        }
      }
      System.out.printf("SIGKILL to the successor's first instruction, %d kills, ms%n", count);
      times.forEach((name, all) -> System.out.println(TimeSummary.of(all).line(name)));
      System.out.printf("run twice: %d%n", starts.twice());
      for (ProcessSupervisor supervisor : supervisors) {
        if (supervisor instanceof PitSupervisor pit) {
          stages.print(pit);
        }
      }
    } finally {
      close(supervisors);
    }
  }

  /** Kills all children at once, for one supervisor after the other. */
  void storm(int count) throws IOException, InterruptedException {
    List<String> children = children("child", count);
    System.out.printf("%d killed at once, seconds until all run again%n", count);
    for (String name : names) {
      try (ProcessSupervisor supervisor = started(name, children)) {
        settle();
        List<ChildStarts.ChildStart> victims =
            children.stream().map(child -> starts.last(supervisor.child(child))).toList();
        long begun = System.nanoTime();
        victims.forEach(victim -> ProcessHandle.of(victim.pid()).orElseThrow().destroyForcibly());
        boolean all = true;
        long last = begun;
        for (String child : children) {
          all &= starts.await(supervisor.child(child), 2, START_LIMIT);
          last = Math.max(last, starts.last(supervisor.child(child)).nanos());
        }
        settle();
        long total =
            children.stream().mapToLong(child -> starts.of(supervisor.child(child)).size()).sum();
        System.out.printf(
            "%-12s %8.2f%s, %d starts more than one each, %d ran twice%n",
            name,
            (last - begun) / 1e9,
            all ? "" : " (not all were restarted)",
            total - 2L * count,
            starts.twice());
      }
    }
  }

  /** Measures the effect of children that end again and again on their neighbours. */
  void loop(int seconds) throws IOException, InterruptedException {
    List<String> quick = children("quick", 3);
    List<String> slow = children("slow", 3);
    List<String> steady = children("steady", 20);
    System.out.printf(
        "3 that end at once, 3 that end after 2 s, for %d s; a neighbour killed every %.1f s%n",
        seconds, seconds / 20.0);
    for (String name : names) {
      try (ProcessSupervisor supervisor = ProcessSupervisor.of(name, folder, starts)) {
        for (String child : quick) {
          supervisor.add(child, "exit 1");
        }
        for (String child : slow) {
          supervisor.add(child, "exec sleep 2");
        }
        start(supervisor, steady);
        List<Double> times = new ArrayList<>();
        for (String child : steady) {
          TimeUnit.MILLISECONDS.sleep(seconds * 1000L / 20);
          times.add(kill(supervisor, child));
        }
        int quickBefore = starts(supervisor, quick);
        int slowBefore = starts(supervisor, slow);
        settle();
        System.out.println(TimeSummary.of(times).line(name));
        System.out.printf(
            "             starts of the quick children %d (+%d in the next 4 s), of the slow children %d"
                + " (+%d)%n",
            quickBefore,
            starts(supervisor, quick) - quickBefore,
            slowBefore,
            starts(supervisor, slow) - slowBefore);
      }
    }
  }

  /** Kills the supervisor and starts it again. */
  void supervisorKilled(int count) throws IOException, InterruptedException {
    List<String> children = children("child", count);
    System.out.printf(
        "the supervisor of %d children killed with SIGKILL and started again%n", count);
    for (String name : names) {
      try (ProcessSupervisor supervisor = started(name, children)) {
        settle();
        long before = starts.twice();
        supervisor.killSupervisor();
        supervisor.start();
        settle();
        settle();
        long twice = starts.twice() - before;
        List<Double> times = new ArrayList<>();
        int lost = 0;
        for (String child : children) {
          double millis = kill(supervisor, child);
          if (Double.isNaN(millis)) {
            lost++;
          } else {
            times.add(millis);
          }
        }
        System.out.printf("%-12s run twice %d, no longer watched %d%n", name, twice, lost);
        if (!times.isEmpty()) {
          System.out.println(TimeSummary.of(times).line("  then killed"));
        }
      }
    }
  }

  /** Measures the cost of idle supervision. */
  void idle(int count) throws IOException, InterruptedException {
    List<String> children = children("child", count);
    int seconds = 30;
    System.out.printf("%d idle children, the supervisor's processes over %d s%n", count, seconds);
    for (String name : names) {
      try (ProcessSupervisor supervisor = started(name, children)) {
        settle();
        idle(supervisor, children, seconds, name);
        if (supervisor instanceof PitSupervisor) {
          supervisor.killSupervisor();
          supervisor.start();
          settle();
          settle();
          idle(supervisor, children, seconds, name + ", adopted");
        }
      }
    }
  }

  private static void idle(
      ProcessSupervisor supervisor, List<String> children, int seconds, String name)
      throws InterruptedException {
    List<Long> own = supervisor.supervisorProcesses(children);
    double cpu = ProcessFigures.cpuSeconds(own);
    TimeUnit.SECONDS.sleep(seconds);
    System.out.printf(
        "%-22s %5d processes, %5d threads, PSS %7.1f MiB, CPU %.2f %% of a core%n",
        name,
        own.size(),
        ProcessFigures.threads(own),
        ProcessFigures.pssKilobytes(own) / 1024.0,
        100 * (ProcessFigures.cpuSeconds(own) - cpu) / seconds);
  }

  /** Kills a child and returns the milliseconds until its restart; NaN if it is not restarted. */
  private double kill(ProcessSupervisor supervisor, String name) throws InterruptedException {
    String child = supervisor.child(name);
    int before = starts.of(child).size();
    ProcessHandle victim = ProcessHandle.of(starts.last(child).pid()).orElseThrow();
    long begun = System.nanoTime();
    victim.destroyForcibly();
    return starts.await(child, before + 1, Duration.ofSeconds(10))
        ? (starts.last(child).nanos() - begun) / 1e6
        : Double.NaN;
  }

  private ProcessSupervisor started(String name, List<String> children)
      throws IOException, InterruptedException {
    ProcessSupervisor supervisor = ProcessSupervisor.of(name, folder, starts);
    try {
      start(supervisor, children);
      return supervisor;
    } catch (IOException | InterruptedException | RuntimeException e) {
      supervisor.close();
      throw e;
    }
  }

  private void start(ProcessSupervisor supervisor, List<String> children)
      throws IOException, InterruptedException {
    for (String child : children) {
      supervisor.add(child, SLEEP);
    }
    supervisor.start();
    for (String child : children) {
      if (!starts.await(supervisor.child(child), 1, START_LIMIT)) {
        throw new IOException(
            supervisor.name()
                + " did not start "
                + child
                + ": "
                + Files.readString(supervisor.output()));
      }
    }
  }

  private int starts(ProcessSupervisor supervisor, List<String> children) {
    return children.stream().mapToInt(child -> starts.of(supervisor.child(child)).size()).sum();
  }

  private static void settle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(SETTLED.toMillis());
  }

  private static List<String> children(String kind, int count) {
    return IntStream.range(0, count).mapToObj(i -> kind + "-" + i).toList();
  }

  private static void close(List<ProcessSupervisor> supervisors) {
    supervisors.forEach(ProcessSupervisor::close);
  }
}
