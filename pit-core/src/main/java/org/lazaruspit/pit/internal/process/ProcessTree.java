package org.lazaruspit.pit.internal.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.lazaruspit.pit.internal.isolation.ControlGroups;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.CommandRunner;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProcFs.ProcessId;
import org.lazaruspit.pit.internal.os.ProcFs.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes of one agent, by all evidence: its control group, its keeper, and else all that is
 * known of it. See docs/security.md for the proof that each gives.
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
   * @param record the record of the last start; empty without one
   * @param members the running processes that were found, without the keeper
   * @param held whether the agent lock is held, or the keeper runs
   */
  record Remainder(Optional<AgentRecord> record, List<ProcessId> members, boolean held) {

    boolean isEmpty() {
      return members.isEmpty() && !held;
    }

    /** Returns the recorded incarnation; 0 if unknown. */
    long incarnation() {
      return record.map(AgentRecord::incarnation).orElse(0L);
    }

    /** Returns the proof that nothing is left; empty without one. */
    Optional<AgentRecord.Proof> proof() {
      return isEmpty() ? record.flatMap(AgentRecord::proof) : Optional.empty();
    }

    /** Returns a description of the members. */
    String describe() {
      List<String> texts = new ArrayList<>();
      for (ProcessId member : members) {
        long pid = member.pid();
        String state = ProcFs.stat(pid).map(stat -> String.valueOf(stat.state())).orElse("?");
        texts.add("pid %d (%s, state %s)".formatted(pid, ProcFs.commandName(pid), state));
      }
      if (texts.isEmpty()) {
        texts.add("an unseen process holds its lock");
      }
      return String.join(", ", texts);
    }
  }

  /** Returns the rest of the tree at this moment. */
  Remainder remaining() throws IOException, InterruptedException {
    return remaining(false);
  }

  /** Returns the rest of the tree at a moment up to a second ago. */
  Remainder recentlyRemaining() throws IOException, InterruptedException {
    return remaining(true);
  }

  private Remainder remaining(boolean recent) throws IOException, InterruptedException {
    Optional<AgentRecord> record = lock.record();
    Remainder proven = new Remainder(record, List.of(), false);
    if (proven.proof().isPresent() && lock.isFree()) {
      return proven;
    }
    ProcessScan scan = recent ? scans.awaitRecent() : scans.awaitNext();
    Set<Long> members = scan.members(lock, record);
    // Checked last: with a free lock, no holder is left that could start another process.
    boolean held = !lock.isFree();
    if (held) {
      for (long pid : ProcFs.pids()) {
        if (!members.contains(pid) && holdsLock(pid, record)) {
          members.add(pid);
        }
      }
    }
    Optional<AgentRecord> after = lock.record();
    if (!sameStart(record, after)) {
      return remaining(false); // another pit has started a successor meanwhile
    }
    return new Remainder(
        after, identities(members), held || after.filter(AgentRecord::keeperRuns).isPresent());
  }

  private static boolean sameStart(Optional<AgentRecord> one, Optional<AgentRecord> other) {
    return one.map(AgentRecord::first).equals(other.map(AgentRecord::first));
  }

  private static List<ProcessId> identities(Set<Long> pids) {
    return pids.stream()
        .flatMap(pid -> ProcFs.stat(pid).filter(Stat::alive).stream())
        .map(Stat::id)
        .toList();
  }

  /**
   * Monitors of containers: they hold the agent lock without a mark, end by themselves after the
   * last process inside, and leave an unusable container behind if they are killed. The last one
   * serves all containers of a user.
   */
  private static final Set<String> CONTAINER_MONITORS = Set.of("podman", "conmon", "catatonit");

  /** Returns false for the keeper and for processes that wait for the lock, or only check it. */
  private boolean holdsLock(long pid, Optional<AgentRecord> record) throws IOException {
    if (isKeeper(pid, record)
        || ProcFs.commandName(pid).equals("flock")
        || ProcFs.variable(pid, FlockHelper.VARIABLE).isPresent()
        || ProcFs.stat(pid).filter(Stat::alive).isEmpty()) {
      return false;
    }
    for (Path file : lock.files()) {
      if (ProcFs.holdsOpen(pid, file)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isKeeper(long pid, Optional<AgentRecord> record) {
    return record.flatMap(AgentRecord::keeper).filter(keeper -> keeper.pid() == pid).isPresent();
  }

  /** Sends TERM to the group of a leader. */
  void terminate(long leader) throws IOException, InterruptedException {
    if (leader <= 1) {
      throw new IllegalArgumentException("pid " + leader + " leads no agent's group");
    }
    signal("TERM", "-" + leader);
  }

  /** Lets a keeper go on that a signal has stopped: it can report no end. */
  static void resume(ProcessId keeper) throws IOException, InterruptedException {
    if (keeper.running().filter(Stat::stopped).isPresent()) {
      signal("CONT", Long.toString(keeper.pid()));
    }
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
      killOnce(left, late);
      TimeUnit.MILLISECONDS.sleep(2);
      left = remaining();
    }
    return left;
  }

  /** Handles signal no later process of the same pid, and are taken before the last check. */
  private void killOnce(Remainder left, boolean late) throws IOException, InterruptedException {
    List<ProcessHandle> handles = new ArrayList<>();
    for (ProcessId member : left.members()) {
      if (late || !isContainerMonitor(member.pid())) {
        ProcessHandle.of(member.pid()).filter(h -> member.runs()).ifPresent(handles::add);
      }
    }
    Optional<ProcessId> keeper =
        left.record().filter(AgentRecord::keeperRuns).flatMap(AgentRecord::keeper);
    if (keeper.isPresent()) {
      resume(keeper.get());
      if (late && left.members().isEmpty()) { // without it the end is not proven
        ProcessHandle.of(keeper.get().pid()).ifPresent(handles::add);
      }
    }
    if (sameStart(left.record(), lock.record())) {
      left.record()
          .flatMap(AgentRecord::group)
          .filter(group -> handles.size() == left.members().size())
          .ifPresent(ControlGroups::kill);
      handles.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private boolean isContainerMonitor(long pid) {
    return CONTAINER_MONITORS.contains(ProcFs.commandName(pid))
        && AgentMark.namesOf(pid).stream().noneMatch(lock.names()::contains);
  }

  /** Java sends two signals, and none to a group; the kill command of a shell can. */
  private static void signal(String name, String target) throws IOException, InterruptedException {
    String script = "kill -s \"$1\" -- \"$2\"";
    CommandExecution execution =
        SIGNAL_RUNNER.run(List.of("sh", "-c", script, "sh", name, target), Map.of());
    log.debug("signal {} to {}: {}", name, target, execution.describe());
  }
}
