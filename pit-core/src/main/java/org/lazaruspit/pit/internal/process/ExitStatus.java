package org.lazaruspit.pit.internal.process;

import java.time.Instant;
import java.util.OptionalInt;
import org.lazaruspit.pit.spi.AgentExit;

/** Statuses of ended processes, as wait(2) and the JDK encode them. */
final class ExitStatus {

  private ExitStatus() {}

  /** Returns the end with this status of wait(2): the lower seven bits are the signal. */
  static AgentExit ofWait(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? exited(status >> 8 & 0xff) : killed(signal);
  }

  /**
   * Returns the end of a child of this JVM: a signal shows as 128 plus its number, as in shells.
   */
  static AgentExit ofChild(int status) {
    return status > 128 && status <= 128 + 64
        ? killed(status - 128)
        : new AgentExit(
            Instant.now(),
            "ended with status " + status,
            status <= 128 ? OptionalInt.of(status) : OptionalInt.empty());
  }

  /** A sandbox ends with 128 plus the signal of the program in it, as shells do. */
  private static AgentExit exited(int status) {
    String name = name(status - 128);
    String detail =
        "ended with status "
            + status
            + (name.isEmpty() ? "" : ", as after signal " + (status - 128) + name);
    return new AgentExit(Instant.now(), detail, OptionalInt.of(status));
  }

  private static AgentExit killed(int signal) {
    return new AgentExit(Instant.now(), "killed by signal " + signal + name(signal));
  }

  private static String name(int signal) {
    return switch (signal) {
      case 1 -> " (HUP)";
      case 2 -> " (INT)";
      case 6 -> " (ABRT)";
      case 9 -> " (KILL)";
      case 11 -> " (SEGV)";
      case 15 -> " (TERM)";
      default -> "";
    };
  }
}
