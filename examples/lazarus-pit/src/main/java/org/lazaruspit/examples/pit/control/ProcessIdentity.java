package org.lazaruspit.examples.pit.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What tells a process from every other one that ever had its pid: the boot of the machine and the
 * tick at which it was started. Both are untouched by whoever sets the clock.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
 */
final class ProcessIdentity {

  private static final int START_TICK = 22;
  private static final int AFTER_NAME = 3;

  private ProcessIdentity() {}

  /** Of a living process; empty for one that is gone or a zombie, and without {@code /proc}. */
  static Optional<String> of(long pid) {
    try {
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // The second field is the program's name in parentheses, which may itself hold some.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      boolean zombie = fields[0].equals("Z") || fields[0].equals("X");
      return zombie ? Optional.empty() : Optional.of(boot + " " + fields[START_TICK - AFTER_NAME]);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
