package org.lazaruspit.pit.builtin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which living processes carry which mark in their environment: one look at all of them, whoever
 * asked. Immutable.
 *
 * <p>Processes come and go meanwhile. Their numbers rise and the kernel lists them in order, so a
 * child of one that has not been looked at yet stands further down; and what was born behind the
 * list is found by listing again, until nobody new is there.
 */
final class MarkScan {

  private static final byte[] PREFIX = (ProcessTree.MARK + "=").getBytes(US_ASCII);

  private static final int[] SKIP = skips();

  private final Map<String, Set<Long>> members;

  private MarkScan(Map<String, Set<Long>> members) {
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

  static MarkScan now() throws IOException {
    Map<String, Set<Long>> members = new HashMap<>();
    Set<Long> seen = new HashSet<>();
    boolean anybodyNew = true;
    while (anybodyNew) {
      anybodyNew = false;
      for (long pid : ProcFs.pids()) {
        if (seen.add(pid)) {
          anybodyNew = true;
          look(pid, members);
        }
      }
    }
    return new MarkScan(members);
  }

  private static void look(long pid, Map<String, Set<Long>> members) {
    for (String mark : marks(ProcFs.environment(pid))) {
      members.computeIfAbsent(mark, first -> new HashSet<>()).add(pid);
    }
  }

  /** The names of locks in an environment: {@code NAME=value}, each ended by a zero. */
  static Set<String> marks(byte[] environment) {
    Set<String> marks = new HashSet<>();
    for (int at = find(environment, 0); at >= 0; at = find(environment, at + PREFIX.length)) {
      if (at == 0 || environment[at - 1] == 0) {
        marks.addAll(AgentLock.names(textAt(environment, at + PREFIX.length)));
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
