package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.lazaruspit.pit.internal.isolation.ControlGroups;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProcFs.ProcessId;
import org.lazaruspit.pit.internal.os.ProcFs.Stat;

/**
 * All processes of the machine, with the lock names that they are marked with, from one read of the
 * process table. Immutable.
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

  private static final long SELF = ProcessHandle.current().pid();
  private static final long OWN_UID = ProcFs.uid(SELF);

  private final Map<Long, Stat> processes = new ConcurrentHashMap<>();
  private final Map<String, Set<Long>> marked = new ConcurrentHashMap<>();

  private ProcessScan() {}

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
    ProcessScan scan = new ProcessScan();
    Set<Long> seen = new HashSet<>();
    List<Long> fresh = unseen(seen);
    while (!fresh.isEmpty()) {
      scan.add(fresh, executor);
      fresh = unseen(seen);
    }
    return scan;
  }

  private static List<Long> unseen(Set<Long> seen) throws IOException {
    List<Long> pids = ProcFs.pids();
    pids.removeIf(pid -> !seen.add(pid));
    return pids;
  }

  /** Does not wait for a second thread that has not begun in time. */
  private void add(List<Long> pids, Executor executor) {
    AtomicInteger next = new AtomicInteger();
    Runnable part =
        () -> {
          for (int i = next.getAndIncrement(); i < pids.size(); i = next.getAndIncrement()) {
            add(pids.get(i));
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

  private void add(long pid) {
    Stat stat = ProcFs.stat(pid).filter(Stat::alive).orElse(null);
    if (stat == null) {
      return;
    }
    processes.put(pid, stat);
    for (String name : lockNames(ProcFs.environment(pid))) {
      marked.computeIfAbsent(name, first -> ConcurrentHashMap.newKeySet()).add(pid);
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

  /**
   * Returns the processes of an agent by all evidence, without its keeper: descendants of the
   * keeper and the first process, its session and process group, its control group, marked
   * processes, and descendants of all these. A mark is a claim: it counts for processes of the
   * pit's user and of the agent's user.
   */
  Set<Long> members(AgentLock lock, Optional<AgentRecord> record) {
    Set<Long> members = new LinkedHashSet<>();
    record
        .filter(known -> known.ofThisBoot() && !known.gone())
        .ifPresent(known -> addRecorded(known, members));
    OptionalLong agentUid = record.map(AgentRecord::uid).orElse(OptionalLong.empty());
    for (String name : lock.names()) {
      for (long pid : marked.getOrDefault(name, Set.of())) {
        long uid = ProcFs.uid(pid);
        if (uid == OWN_UID || (agentUid.isPresent() && uid == agentUid.getAsLong())) {
          members.add(pid);
        }
      }
    }
    if (!members.isEmpty()) {
      addDescendants(members);
    }
    record.flatMap(AgentRecord::keeper).map(ProcessId::pid).ifPresent(members::remove);
    members.remove(SELF);
    return members;
  }

  private void addRecorded(AgentRecord record, Set<Long> members) {
    record
        .keeper()
        .filter(this::contains)
        .ifPresent(keeper -> members.add(keeper.pid())); // for its descendants
    ProcessId first = record.first();
    Stat leader = processes.get(first.pid());
    if (leader == null || leader.id().equals(first)) {
      processes.forEach(
          (pid, stat) -> {
            boolean inside = stat.session() == first.pid() || stat.group() == first.pid();
            if (inside && stat.id().startTick() >= first.startTick()) {
              members.add(pid);
            }
          });
    }
    record.group().map(ControlGroups::members).ifPresent(members::addAll);
    members.retainAll(processes.keySet());
  }

  private boolean contains(ProcessId process) {
    Stat stat = processes.get(process.pid());
    return stat != null && stat.id().equals(process);
  }

  private void addDescendants(Set<Long> members) {
    Map<Long, List<Long>> children = new HashMap<>();
    processes.forEach(
        (pid, stat) -> children.computeIfAbsent(stat.parent(), p -> new ArrayList<>()).add(pid));
    Deque<Long> ancestors = new ArrayDeque<>(members);
    while (!ancestors.isEmpty()) {
      for (long child : children.getOrDefault(ancestors.pop(), List.of())) {
        if (members.add(child)) {
          ancestors.push(child);
        }
      }
    }
  }
}
