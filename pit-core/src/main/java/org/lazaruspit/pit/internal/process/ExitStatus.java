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

  private static AgentExit exited(int status) {
    return new AgentExit(Instant.now(), "ended with status " + status, OptionalInt.of(status));
  }

  private static AgentExit killed(int signal) {
    String name =
        switch (signal) {
          case 1 -> " (HUP)";
          case 2 -> " (INT)";
          case 6 -> " (ABRT)";
          case 9 -> " (KILL)";
          case 11 -> " (SEGV)";
          case 15 -> " (TERM)";
          default -> "";
        };
    return new AgentExit(Instant.now(), "killed by signal " + signal + name);
  }
}
