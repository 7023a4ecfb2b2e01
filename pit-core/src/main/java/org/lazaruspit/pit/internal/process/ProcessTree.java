package org.lazaruspit.pit.internal.process;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.CommandRunner;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that descends from one agent's start, wherever it went: processes that hold the
 * agent's lock open, and processes whose environment carries the agent's mark. Many run-times close
 * inherited descriptors in their children, so neither sign alone finds all of them.
 */
final class ProcessTree {

  private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);
  private static final CommandRunner SIGNAL_RUNNER = new CommandRunner(Duration.ofSeconds(5), 200);

  private final AgentLock lock;
  private final SharedProcessScans scans;

  ProcessTree(AgentLock lock, SharedProcessScans scans) {
    this.lock = lock;
    this.scans = scans;
  }

  /**
   * What is left of a tree.
   *
   * @param members its living processes, as far as they can be found
   * @param locked whether its lock is held, by whomever
   * @param incarnation the newest that is among them; 0 where none tells
   */
  record Left(List<Long> members, boolean locked, long incarnation) {

    static Left of(List<Long> members, boolean locked) {
      long newest = members.stream().mapToLong(ProcessTree::incarnationOf).max().orElse(0);
      return new Left(members, locked, newest);
    }

    boolean nothing() {
      return members.isEmpty() && !locked;
    }
  }

  /** What a process was told when it was started; 0 where it was not told. */
  static long incarnationOf(long pid) {
    return ProcFs.variable(pid, "LAZARUS_INCARNATION")
        .filter(text -> text.matches("[0-9]{1,18}"))
        .map(Long::parseLong)
        .orElse(0L);
  }

  /** What is left right now. */
  Left left() throws IOException, InterruptedException {
    List<Long> members = scans.look().members(lock);
    // Asked last: nobody who could still start a process holds it when it is free.
    boolean locked = !lock.isFree();
    if (locked) {
      for (long pid : ProcFs.pids()) {
        if (!members.contains(pid) && holdsLock(pid)) {
          members.add(pid);
        }
      }
    }
    return Left.of(members, locked);
  }

  /**
   * Who looks after a container holds the agent's lock without its mark, ends by itself once
   * nothing is left inside, and leaves a container that cannot be started again when it is killed.
   */
  private static final Set<String> CARETAKERS = Set.of("podman", "conmon");

  /** A flock without the mark is somebody who waits for the lock, not somebody who holds it. */
  private boolean holdsLock(long pid) throws IOException {
    if (ProcFs.commandName(pid).equals("flock")
        || ProcFs.variable(pid, FlockHelper.MARK).isPresent()
        || ProcFs.stat(pid).filter(ProcFs.Stat::alive).isEmpty()) {
      return false;
    }
    for (java.nio.file.Path file : lock.files()) {
      if (ProcFs.holdsOpen(pid, file)) {
        return true;
      }
    }
    return false;
  }

  private boolean belongs(long pid) throws IOException {
    return marked(pid) || holdsLock(pid);
  }

  /** The mark: names of the lock, for every process that the agent starts. */
  private boolean marked(long pid) {
    return AgentMark.namesOf(pid).stream().anyMatch(lock::isCalled);
  }

  /** Asks the process and its whole group to end. */
  void terminate(long leader) throws IOException, InterruptedException {
    signal("TERM", leader);
  }

  /**
   * Kills every member until none is left and the lock is free, until it is too late, or until
   * there is a newer incarnation among them: a pit that was stopped itself meanwhile may find the
   * agent's successor here, which another pit has started.
   */
  Left kill(Left found, long newest, long deadlineNanos) throws IOException, InterruptedException {
    long half = (deadlineNanos - System.nanoTime()) / 2;
    Left left = found;
    while (!left.nothing() && left.incarnation() <= newest) {
      if (System.nanoTime() - deadlineNanos >= 0) {
        return left;
      }
      boolean late = deadlineNanos - System.nanoTime() < half;
      for (long pid : left.members()) {
        if (late || !looksAfter(pid)) {
          killMember(pid, newest);
        }
      }
      TimeUnit.MILLISECONDS.sleep(2);
      left = left();
    }
    return left;
  }

  private boolean looksAfter(long pid) {
    return CARETAKERS.contains(ProcFs.commandName(pid)) && !marked(pid);
  }

  /**
   * A handle knows its process by its start time, and signals no other: so it is taken first, and
   * what it stands for is looked at once more.
   */
  private void killMember(long pid, long newest) throws IOException {
    ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
    if (handle != null && belongs(pid) && incarnationOf(pid) <= newest) {
      handle.destroyForcibly();
    }
  }

  /** Who is left, for people. */
  static String describe(Left left) {
    List<String> who = new ArrayList<>();
    for (long pid : left.members()) {
      String state = ProcFs.stat(pid).map(stat -> String.valueOf(stat.state())).orElse("?");
      who.add("pid %d (%s, state %s)".formatted(pid, ProcFs.commandName(pid), state));
    }
    if (who.isEmpty()) {
      who.add("a process that cannot be seen holds its lock");
    }
    return who.stream().collect(Collectors.joining(", "));
  }

  /** Java cannot signal a group; the shell's own kill can, on every system. */
  private static void signal(String name, long group) throws IOException, InterruptedException {
    if (group <= 1) {
      throw new IllegalArgumentException("pid " + group + " is nobody's agent");
    }
    String script = "kill -s \"$1\" -- \"-$2\"";
    CommandExecution execution =
        SIGNAL_RUNNER.run(List.of("sh", "-c", script, "sh", name, Long.toString(group)), Map.of());
    log.debug("signal {} to group {}: {}", name, group, execution.describe());
  }
}
