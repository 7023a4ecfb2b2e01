package org.lazaruspit.pit.internal.process;

import java.util.Map;
import java.util.Set;

/**
 * What systemd says to a service by its environment. Agents inherit the pit's environment and are
 * no services: one that knows how to be one would speak to systemd in the pit's name.
 */
final class SystemdEnvironment {

  private static final Set<String> NAMES =
      Set.of(
          "NOTIFY_SOCKET",
          "WATCHDOG_PID",
          "WATCHDOG_USEC",
          "LISTEN_PID",
          "LISTEN_FDS",
          "LISTEN_FDNAMES",
          "MAINPID",
          "MANAGERPID",
          "SYSTEMD_EXEC_PID",
          "JOURNAL_STREAM",
          "INVOCATION_ID");

  private SystemdEnvironment() {}

  static void removeFrom(Map<String, String> environment) {
    environment.keySet().removeAll(NAMES);
  }
}
