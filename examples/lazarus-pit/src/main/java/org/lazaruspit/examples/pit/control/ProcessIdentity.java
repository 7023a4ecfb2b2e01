package org.lazaruspit.examples.pit.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Identity of a process among all that ever had its pid: the boot of the machine and the tick of
 * its start. Neither changes when the clock is set.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
 */
final class ProcessIdentity {

  private static final int START_TICK = 22;
  private static final int AFTER_NAME = 3;

  private ProcessIdentity() {}

  /**
   * Returns the identity of a process; empty if it is dead or a zombie, or without {@code /proc}.
   */
  static Optional<String> of(long pid) {
    try {
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // The second field is the program's name in parentheses, which may contain parentheses.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      boolean zombie = fields[0].equals("Z") || fields[0].equals("X");
      return zombie ? Optional.empty() : Optional.of(boot + " " + fields[START_TICK - AFTER_NAME]);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
