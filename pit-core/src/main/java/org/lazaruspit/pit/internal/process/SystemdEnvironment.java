package org.lazaruspit.pit.internal.process;

import java.util.Map;
import java.util.Set;

/**
 * Variables by which systemd addresses a service. Agents inherit the pit's environment, and with
 * these variables would notify systemd in the pit's name.
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
