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
 * Which living processes carry which mark in their environment: one look at all of them, whoever
 * asked. Immutable.
 *
 * <p>Processes come and go meanwhile, so they are listed again until nobody new is there. Whoever
 * lives on afterwards was in a list and looked at while it lived, or descends from one that was:
 * the last list had nobody in it that had not been looked at before. In which order, and by how
 * many threads, makes no difference.
 */
final class ProcessScan {

  private static final byte[] PREFIX = (AgentMark.VARIABLE + "=").getBytes(US_ASCII);

  private static final int[] SKIP = skips();

  /** Fewer processes are looked at in the time that it takes to wake a thread. */
  private static final int WORTH_A_HELPER = 64;

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

  /** Looks with this thread, and one of the executor's where there is much to look at. */
  static ProcessScan now(Executor helpers) throws IOException {
    Map<String, Set<Long>> members = new ConcurrentHashMap<>();
    Set<Long> seen = new HashSet<>();
    List<Long> fresh = unseen(seen);
    while (!fresh.isEmpty()) {
      look(fresh, members, helpers);
      fresh = unseen(seen);
    }
    return new ProcessScan(members);
  }

  private static List<Long> unseen(Set<Long> seen) throws IOException {
    List<Long> pids = ProcFs.pids();
    pids.removeIf(pid -> !seen.add(pid));
    return pids;
  }

  /** A helper that comes too late is not waited for. */
  private static void look(List<Long> pids, Map<String, Set<Long>> members, Executor helpers) {
    AtomicInteger next = new AtomicInteger();
    Runnable part =
        () -> {
          for (int i = next.getAndIncrement(); i < pids.size(); i = next.getAndIncrement()) {
            look(pids.get(i), members);
          }
        };
    if (pids.size() < WORTH_A_HELPER) {
      part.run();
      return;
    }
    AtomicBoolean settled = new AtomicBoolean();
    CompletableFuture<Void> helper =
        CompletableFuture.runAsync(
            () -> {
              if (!settled.getAndSet(true)) {
                part.run();
              }
            },
            helpers);
    part.run();
    if (settled.getAndSet(true)) {
      helper.join();
    }
  }

  private static void look(long pid, Map<String, Set<Long>> members) {
    for (String mark : marks(ProcFs.environment(pid))) {
      members.computeIfAbsent(mark, first -> ConcurrentHashMap.newKeySet()).add(pid);
    }
  }

  /** The names of locks in an environment: {@code NAME=value}, each ended by a zero. */
  static Set<String> marks(byte[] environment) {
    Set<String> marks = new HashSet<>();
    for (int at = find(environment, 0); at >= 0; at = find(environment, at + PREFIX.length)) {
      if (at == 0 || environment[at - 1] == 0) {
        marks.addAll(AgentMark.names(textAt(environment, at + PREFIX.length)));
      }
    }
    return marks;
  }

  private static String textAt(byte[] environment, int start) {
    int end = start;
    while (end < environment.length && environment[end] != 0) {
      end++;
    }
    return new String(environment, start, end - start, UTF_8);
  }

  /** Where the prefix stands next; negative if nowhere. Horspool's algorithm (1980). */
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

  /** Every living process that carries one of the lock's names as its mark. */
  List<Long> members(AgentLock lock) {
    Set<Long> found = new HashSet<>(members.getOrDefault(lock.own().toString(), Set.of()));
    lock.shared().ifPresent(file -> found.addAll(members.getOrDefault(file.toString(), Set.of())));
    return new ArrayList<>(found);
  }
}
