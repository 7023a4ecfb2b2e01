package org.lazaruspit.pit.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SystemdEnvironmentTest {

  @Test
  void anAgentCannotSpeakToSystemdInThePitsName() {
    Map<String, String> environment =
        new HashMap<>(
            Map.of("NOTIFY_SOCKET", "/run/x", "WATCHDOG_USEC", "1", "LISTEN_FDS", "3", "K", "V"));
    SystemdEnvironment.removeFrom(environment);
    assertEquals(Map.of("K", "V"), environment);
  }
}
