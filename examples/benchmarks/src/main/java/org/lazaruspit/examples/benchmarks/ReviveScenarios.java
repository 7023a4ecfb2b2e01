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

/** What is done to the children, and what is measured meanwhile. Prints what it has found. */
final class ReviveScenarios {

  private static final String FOR_EVER = "exec sleep 1000000";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Past the second within which most keepers take a death for a failed start. */
  private static final Duration SETTLED = Duration.ofSeconds(4);

  private final List<String> names;
  private final Path folder;
  private final Births births;

  ReviveScenarios(List<String> names, Path folder, Births births) {
    this.names = names;
    this.folder = folder;
    this.births = births;
  }

  /** One kill of each child, in turns among the keepers. */
  void kills(int count) throws IOException, InterruptedException {
    List<String> children = children("child", count);
    List<ChildKeeper> keepers = new ArrayList<>();
    try {
      for (String name : names) {
        keepers.add(started(name, children));
      }
      settle();
      Map<String, List<Double>> times = new LinkedHashMap<>();
      KillStages stages = new KillStages();
      for (String child : children) {
        for (ChildKeeper keeper : keepers) {
          stages.killing(keeper, child);
          double millis = kill(keeper, child);
          stages.born(keeper, child);
          times.computeIfAbsent(keeper.name(), key -> new ArrayList<>()).add(millis);
          TimeUnit.MILLISECONDS.sleep(50);
        }
      }
      System.out.printf("SIGKILL to the successor's first instruction, %d kills, ms%n", count);
      times.forEach((name, all) -> System.out.println(Spread.of(all).line(name)));
      System.out.printf("run twice: %d%n", births.twice());
      for (ChildKeeper keeper : keepers) {
        if (keeper instanceof PitKeeper pit) {
          stages.print(pit);
        }
      }
    } finally {
      close(keepers);
    }
  }

  /** All children killed at once, one keeper after the other. */
  void storm(int count) throws IOException, InterruptedException {
    List<String> children = children("child", count);
    System.out.printf("%d killed at once, seconds until all are back%n", count);
    for (String name : names) {
      try (ChildKeeper keeper = started(name, children)) {
        settle();
        List<Births.Birth> victims =
            children.stream().map(child -> births.last(keeper.child(child))).toList();
        long begun = System.nanoTime();
        victims.forEach(victim -> ProcessHandle.of(victim.pid()).orElseThrow().destroyForcibly());
        boolean all = true;
        long last = begun;
        for (String child : children) {
          all &= births.await(keeper.child(child), 2, PATIENCE);
          last = Math.max(last, births.last(keeper.child(child)).nanos());
        }
        settle();
        long starts =
            children.stream().mapToLong(child -> births.of(keeper.child(child)).size()).sum();
        System.out.printf(
            "%-12s %8.2f%s, %d starts beyond one each, %d ran twice%n",
            name,
            (last - begun) / 1e9,
            all ? "" : " (not all came back)",
            starts - 2L * count,
            births.twice());
      }
    }
  }

  /** Children that don't stay, and what their neighbours notice of it. */
  void loop(int seconds) throws IOException, InterruptedException {
    List<String> quick = children("quick", 3);
    List<String> slow = children("slow", 3);
    List<String> steady = children("steady", 20);
    System.out.printf(
        "3 that end at once, 3 that end after 2 s, for %d s; a neighbour killed every %.1f s%n",
        seconds, seconds / 20.0);
    for (String name : names) {
      try (ChildKeeper keeper = ChildKeeper.of(name, folder, births)) {
        for (String child : quick) {
          keeper.add(child, "exit 1");
        }
        for (String child : slow) {
          keeper.add(child, "exec sleep 2");
        }
        start(keeper, steady);
        List<Double> times = new ArrayList<>();
        for (String child : steady) {
          TimeUnit.MILLISECONDS.sleep(seconds * 1000L / 20);
          times.add(kill(keeper, child));
        }
        int quickBefore = starts(keeper, quick);
        int slowBefore = starts(keeper, slow);
        settle();
        System.out.println(Spread.of(times).line(name));
        System.out.printf(
            "             starts of the quick ones %d (+%d in the 4 s after), of the slow %d"
                + " (+%d)%n",
            quickBefore,
            starts(keeper, quick) - quickBefore,
            slowBefore,
            starts(keeper, slow) - slowBefore);
      }
    }
  }

  /** The keeper itself killed, and started again. */
  void supervisorKilled(int count) throws IOException, InterruptedException {
    List<String> children = children("child", count);
    System.out.printf(
        "the supervisor of %d children killed with SIGKILL and started again%n", count);
    for (String name : names) {
      try (ChildKeeper keeper = started(name, children)) {
        settle();
        long before = births.twice();
        keeper.killSupervisor();
        keeper.start();
        settle();
        settle();
        long twice = births.twice() - before;
        List<Double> times = new ArrayList<>();
        int lost = 0;
        for (String child : children) {
          double millis = kill(keeper, child);
          if (Double.isNaN(millis)) {
            lost++;
          } else {
            times.add(millis);
          }
        }
        System.out.printf("%-12s run twice %d, no longer watched %d%n", name, twice, lost);
        if (!times.isEmpty()) {
          System.out.println(Spread.of(times).line("  then killed"));
        }
      }
    }
  }

  /** Nothing happens, and what that costs. */
  void idle(int count) throws IOException, InterruptedException {
    List<String> children = children("child", count);
    int seconds = 30;
    System.out.printf("%d idle children, the supervisor's processes over %d s%n", count, seconds);
    for (String name : names) {
      try (ChildKeeper keeper = started(name, children)) {
        settle();
        idle(keeper, children, seconds, name);
        if (keeper instanceof PitKeeper) {
          keeper.killSupervisor();
          keeper.start();
          settle();
          settle();
          idle(keeper, children, seconds, name + ", adopted");
        }
      }
    }
  }

  private static void idle(ChildKeeper keeper, List<String> children, int seconds, String name)
      throws InterruptedException {
    List<Long> own = keeper.own(children);
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

  /** Milliseconds; not a number if it never came back. */
  private double kill(ChildKeeper keeper, String name) throws InterruptedException {
    String child = keeper.child(name);
    int starts = births.of(child).size();
    ProcessHandle victim = ProcessHandle.of(births.last(child).pid()).orElseThrow();
    long begun = System.nanoTime();
    victim.destroyForcibly();
    return births.await(child, starts + 1, Duration.ofSeconds(10))
        ? (births.last(child).nanos() - begun) / 1e6
        : Double.NaN;
  }

  private ChildKeeper started(String name, List<String> children)
      throws IOException, InterruptedException {
    ChildKeeper keeper = ChildKeeper.of(name, folder, births);
    try {
      start(keeper, children);
      return keeper;
    } catch (IOException | InterruptedException | RuntimeException e) {
      keeper.close();
      throw e;
    }
  }

  private void start(ChildKeeper keeper, List<String> children)
      throws IOException, InterruptedException {
    for (String child : children) {
      keeper.add(child, FOR_EVER);
    }
    keeper.start();
    for (String child : children) {
      if (!births.await(keeper.child(child), 1, PATIENCE)) {
        throw new IOException(
            keeper.name() + " never started " + child + ": " + Files.readString(keeper.output()));
      }
    }
  }

  private int starts(ChildKeeper keeper, List<String> children) {
    return children.stream().mapToInt(child -> births.of(keeper.child(child)).size()).sum();
  }

  private static void settle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(SETTLED.toMillis());
  }

  private static List<String> children(String kind, int count) {
    return IntStream.range(0, count).mapToObj(i -> kind + "-" + i).toList();
  }

  private static void close(List<ChildKeeper> keepers) {
    keepers.forEach(ChildKeeper::close);
  }
}
