package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.ProcFs;

/**
 * Marked processes of the machine, by lock name, from one read of the process table. Immutable.
 *
 * <p>Processes come and go during the scan, so the table is listed again until a list has no new
 * process. A process that runs afterwards was in a list and was read, or descends from one that
 * was. The order of reads and the number of threads make no difference.
 */
final class ProcessScan {

  private static final byte[] PREFIX = (AgentMark.VARIABLE + "=").getBytes(US_ASCII);

  private static final int[] SKIP = skips();

  /** Fewer processes are read in the time that it takes to wake a thread. */
  private static final int PARALLEL_THRESHOLD = 64;

  private final Map<String, Set<Long>> members;

  private ProcessScan(Map<String, Set<Long>> members) {
    this.members = members;
  }

  private static int[] skips() {
    int[] skips = new int[256];
    Arrays.fill(skips, PREFIX.length);
    for (int i = 0; i < PREFIX.length - 1; i++) {
      skips[PREFIX[i]] = PREFIX.length - 1 - i;
    }
    return skips;
  }

  /** Scans on this thread, and beside it on one of the executor if there are many processes. */
  static ProcessScan now(Executor executor) throws IOException {
    Map<String, Set<Long>> members = new ConcurrentHashMap<>();
    Set<Long> seen = new HashSet<>();
    List<Long> fresh = unseen(seen);
    while (!fresh.isEmpty()) {
      scan(fresh, members, executor);
      fresh = unseen(seen);
    }
    return new ProcessScan(members);
  }

  private static List<Long> unseen(Set<Long> seen) throws IOException {
    List<Long> pids = ProcFs.pids();
    pids.removeIf(pid -> !seen.add(pid));
    return pids;
  }

  /** Does not wait for a second thread that has not begun in time. */
  private static void scan(List<Long> pids, Map<String, Set<Long>> members, Executor executor) {
    AtomicInteger next = new AtomicInteger();
    Runnable part =
        () -> {
          for (int i = next.getAndIncrement(); i < pids.size(); i = next.getAndIncrement()) {
            scan(pids.get(i), members);
          }
        };
    if (pids.size() < PARALLEL_THRESHOLD) {
      part.run();
      return;
    }
    AtomicBoolean settled = new AtomicBoolean();
    CompletableFuture<Void> second =
        CompletableFuture.runAsync(
            () -> {
              if (!settled.getAndSet(true)) {
                part.run();
              }
            },
            executor);
    part.run();
    if (settled.getAndSet(true)) {
      second.join();
    }
  }

  private static void scan(long pid, Map<String, Set<Long>> members) {
    for (String name : lockNames(ProcFs.environment(pid))) {
      members.computeIfAbsent(name, first -> ConcurrentHashMap.newKeySet()).add(pid);
    }
  }

  /** Returns the lock names in an environment: {@code NAME=value}, each ended by a zero byte. */
  static Set<String> lockNames(byte[] environment) {
    Set<String> names = new HashSet<>();
    for (int at = find(environment, 0); at >= 0; at = find(environment, at + PREFIX.length)) {
      if (at == 0 || environment[at - 1] == 0) {
        names.addAll(AgentMark.names(textAt(environment, at + PREFIX.length)));
      }
    }
    return names;
  }

  private static String textAt(byte[] environment, int start) {
    int end = start;
    while (end < environment.length && environment[end] != 0) {
      end++;
    }
    return new String(environment, start, end - start, UTF_8);
  }

  /** Returns the next index of the prefix, or -1. Horspool's algorithm (1980). */
  private static int find(byte[] text, int from) {
    int last = PREFIX.length - 1;
    int at = from;
    while (at + last < text.length) {
      byte end = text[at + last];
      if (end == PREFIX[last]
          && Arrays.equals(text, at, at + PREFIX.length, PREFIX, 0, PREFIX.length)) {
        return at;
      }
      at += SKIP[end & 0xff];
    }
    return -1;
  }

  /** Returns every process that is marked with a name of the lock. */
  List<Long> members(AgentLock lock) {
    Set<Long> found = new HashSet<>(members.getOrDefault(lock.own().toString(), Set.of()));
    lock.shared().ifPresent(file -> found.addAll(members.getOrDefault(file.toString(), Set.of())));
    return new ArrayList<>(found);
  }
}
