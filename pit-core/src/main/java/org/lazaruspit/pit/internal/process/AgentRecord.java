package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lazaruspit.cell.AtomicFileWriter;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProcFs.Stat;

/**
 * Record of a started agent, for a later pit to find it quickly. Only a hint: the lock is the
 * proof, and a pid counts only together with its start tick and boot.
 *
 * @param pid the leader: the started process, which leads its session
 * @param startTick its start in clock ticks since boot
 * @param bootId the boot that the tick counts from
 * @param incarnation the agent's incarnation
 */
record AgentRecord(long pid, long startTick, String bootId, long incarnation) {

  private static final Pattern FORMAT = Pattern.compile("(\\d+) (\\d+) (\\S+) (\\d+)\n");

  static Optional<AgentRecord> of(long pid, long incarnation) {
    return ProcFs.stat(pid)
        .map(stat -> new AgentRecord(pid, stat.startTick(), ProcFs.bootId(), incarnation));
  }

  static Optional<AgentRecord> read(Path file) throws IOException {
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    Matcher matcher = FORMAT.matcher(new String(Files.readAllBytes(file), UTF_8));
    return matcher.matches()
        ? Optional.of(
            new AgentRecord(
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                matcher.group(3),
                Long.parseLong(matcher.group(4))))
        : Optional.empty();
  }

  void write(Path file) throws IOException {
    AtomicFileWriter.write(
        file, "%d %d %s %d\n".formatted(pid, startTick, bootId, incarnation).getBytes(UTF_8));
  }

  /** Returns the process; empty if it has ended. */
  Optional<ProcessHandle> handle() {
    return ProcessHandle.of(pid).filter(found -> running().isPresent());
  }

  /** Returns the state of exactly this process; empty if it has ended. */
  Optional<Stat> running() {
    return ProcFs.stat(pid)
        .filter(stat -> stat.alive() && stat.startTick() == startTick)
        .filter(stat -> bootId.equals(ProcFs.bootId()));
  }
}
