package org.lazaruspit.pit.builtin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Everything that descends from one agent's start, wherever it went: processes that hold the
 * agent's lock open, and processes whose environment carries the agent's mark. Many run-times close
 * inherited descriptors in their children, so neither sign alone finds all of them.
 */
final class ProcessTree {

  /** The variable that marks a process as part of an agent's tree; its value is the lock's file. */
  static final String MARK = "LAZARUS_LOCK";

  private final AgentLock lock;

  ProcessTree(AgentLock lock) {
    this.lock = lock;
  }

  /** What is alive of the tree right now. */
  List<Long> members() throws IOException {
    List<Long> members = new ArrayList<>();
    for (long pid : ProcFs.pids()) {
      if (belongs(pid) && ProcFs.stat(pid).filter(ProcFs.Stat::alive).isPresent()) {
        members.add(pid);
      }
    }
    return members;
  }

  /**
   * Who looks after a container holds the agent's lock without its mark, ends by itself once
   * nothing is left inside, and leaves a container that cannot be started again when it is killed.
   */
  private static final Set<String> CARETAKERS = Set.of("podman", "conmon");

  private boolean belongs(long pid) {
    return marked(pid)
        || (ProcFs.holdsOpen(pid, lock.file()) && !ProcFs.commandName(pid).equals("flock"));
  }

  private boolean marked(long pid) {
    return ProcFs.variable(pid, MARK).filter(lock.file().toString()::equals).isPresent();
  }

  /** Asks the process and its whole group to end. */
  void terminate(long leader) throws IOException, InterruptedException {
    signal("TERM", leader);
  }

  /** Kills every member; true once none is left and the lock is free. */
  boolean kill(long deadlineNanos) throws IOException, InterruptedException {
    long half = (deadlineNanos - System.nanoTime()) / 2;
    while (true) {
      boolean late = deadlineNanos - System.nanoTime() < half;
      List<Long> members = members();
      if (members.isEmpty() && lock.free()) {
        return true;
      }
      members.stream().filter(pid -> late || !looksAfter(pid)).forEach(this::killMember);
      if (System.nanoTime() - deadlineNanos >= 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private boolean looksAfter(long pid) {
    return CARETAKERS.contains(ProcFs.commandName(pid)) && !marked(pid);
  }

  /**
   * A handle knows its process by its start time, and signals no other: so it is taken first, and
   * what it stands for is looked at once more.
   */
  private void killMember(long pid) {
    ProcessHandle.of(pid).filter(handle -> belongs(pid)).ifPresent(ProcessHandle::destroyForcibly);
  }

  /** Who is left, for people. */
  static String describe(List<Long> pids) {
    return pids.stream()
        .map(
            pid ->
                "pid %d (%s, state %s)"
                    .formatted(
                        pid,
                        ProcFs.commandName(pid),
                        ProcFs.stat(pid).map(stat -> String.valueOf(stat.state())).orElse("?")))
        .collect(Collectors.joining(", "));
  }

  /** Java cannot signal a group; the shell's own kill can, on every system. */
  private static void signal(String name, long group) throws IOException, InterruptedException {
    if (group <= 1) {
      throw new IllegalArgumentException("pid " + group + " is nobody's agent");
    }
    new ProcessBuilder("sh", "-c", "kill -s \"$1\" -- \"-$2\"", "sh", name, Long.toString(group))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
