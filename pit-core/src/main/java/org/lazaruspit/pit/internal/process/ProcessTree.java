package org.lazaruspit.pit.internal.process;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.CommandRunner;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes that descend from one agent's start, in any session: those that hold the agent lock
 * open, and those that carry the mark. Many run-times close inherited descriptors in their
 * children, so neither sign alone finds all of them.
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
   * Rest of a process tree.
   *
   * @param members the running processes that were found
   * @param locked whether the agent lock is held
   * @param incarnation the newest incarnation among the members; 0 if unknown
   */
  record Remainder(List<Long> members, boolean locked, long incarnation) {

    static Remainder of(List<Long> members, boolean locked) {
      long newest = members.stream().mapToLong(ProcessTree::incarnationOf).max().orElse(0);
      return new Remainder(members, locked, newest);
    }

    boolean isEmpty() {
      return members.isEmpty() && !locked;
    }
  }

  /** Returns the incarnation in the environment of a process; 0 if absent. */
  static long incarnationOf(long pid) {
    return ProcFs.variable(pid, "LAZARUS_INCARNATION")
        .filter(text -> text.matches("[0-9]{1,18}"))
        .map(Long::parseLong)
        .orElse(0L);
  }

  /** Returns the rest of the tree at this moment. */
  Remainder remaining() throws IOException, InterruptedException {
    List<Long> members = scans.awaitNext().members(lock);
    // Checked last: with a free lock, no holder is left that could start another process.
    boolean locked = !lock.isFree();
    if (locked) {
      for (long pid : ProcFs.pids()) {
        if (!members.contains(pid) && holdsLock(pid)) {
          members.add(pid);
        }
      }
    }
    return Remainder.of(members, locked);
  }

  /**
   * Monitors of containers: they hold the agent lock without a mark, end by themselves after the
   * last process inside, and leave an unusable container behind if they are killed.
   */
  private static final Set<String> CONTAINER_MONITORS = Set.of("podman", "conmon");

  /** Returns false for flock and the flock helper: they wait for the lock, or only check it. */
  private boolean holdsLock(long pid) throws IOException {
    if (ProcFs.commandName(pid).equals("flock")
        || ProcFs.variable(pid, FlockHelper.VARIABLE).isPresent()
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
    return isMarked(pid) || holdsLock(pid);
  }

  private boolean isMarked(long pid) {
    return AgentMark.namesOf(pid).stream().anyMatch(lock::hasName);
  }

  /** Sends TERM to the group of a leader. */
  void terminate(long leader) throws IOException, InterruptedException {
    signal("TERM", leader);
  }

  /**
   * Kills members until the tree is gone, the deadline is over, or a newer incarnation is among
   * them: a pit that was suspended meanwhile may find the successor that another pit has started.
   *
   * @param newest the newest incarnation that may be killed
   */
  Remainder kill(Remainder found, long newest, long deadlineNanos)
      throws IOException, InterruptedException {
    long half = (deadlineNanos - System.nanoTime()) / 2;
    Remainder left = found;
    while (!left.isEmpty() && left.incarnation() <= newest) {
      if (System.nanoTime() - deadlineNanos >= 0) {
        return left;
      }
      boolean late = deadlineNanos - System.nanoTime() < half;
      for (long pid : left.members()) {
        if (late || !isContainerMonitor(pid)) {
          killMember(pid, newest);
        }
      }
      TimeUnit.MILLISECONDS.sleep(2);
      left = remaining();
    }
    return left;
  }

  private boolean isContainerMonitor(long pid) {
    return CONTAINER_MONITORS.contains(ProcFs.commandName(pid)) && !isMarked(pid);
  }

  /** A handle signals no later process of the same pid, so it is taken before the last check. */
  private void killMember(long pid, long newest) throws IOException {
    ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
    if (handle != null && belongs(pid) && incarnationOf(pid) <= newest) {
      handle.destroyForcibly();
    }
  }

  /** Returns a description of the members. */
  static String describe(Remainder left) {
    List<String> texts = new ArrayList<>();
    for (long pid : left.members()) {
      String state = ProcFs.stat(pid).map(stat -> String.valueOf(stat.state())).orElse("?");
      texts.add("pid %d (%s, state %s)".formatted(pid, ProcFs.commandName(pid), state));
    }
    if (texts.isEmpty()) {
      texts.add("an unseen process holds its lock");
    }
    return String.join(", ", texts);
  }

  /** Java cannot signal a group; the kill command of a shell can, on every system. */
  private static void signal(String name, long group) throws IOException, InterruptedException {
    if (group <= 1) {
      throw new IllegalArgumentException("pid " + group + " leads no agent's group");
    }
    String script = "kill -s \"$1\" -- \"-$2\"";
    CommandExecution execution =
        SIGNAL_RUNNER.run(List.of("sh", "-c", script, "sh", name, Long.toString(group)), Map.of());
    log.debug("signal {} to group {}: {}", name, group, execution.describe());
  }
}
