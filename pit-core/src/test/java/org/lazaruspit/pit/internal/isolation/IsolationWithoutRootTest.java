package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.ROOT;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.internal.process.UnprivilegedPit;

/**
 * Real processes of a pit without root at {@code level_2}. Needs bubblewrap, and root to start the
 * pit as another user.
 */
@Tag("full")
@Timeout(180)
final class IsolationWithoutRootTest {

  @TempDir Path folder;

  @Test
  void itsAgentsAreHeldWatchedStoppedAndStartedAgain() throws Exception {
    assertTrue(ROOT, "this test has to run as root");
    OrdinaryUser user = new OrdinaryUser(folder);
    List<String> output;
    try (ServerSocket gateway = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread server = new Thread(() -> closeAllConnections(gateway), "gateway");
      server.setDaemon(true);
      server.start();
      output =
          user.run(
              List.of(),
              UnprivilegedPit.class,
              List.of(user.home().toString(), Integer.toString(gateway.getLocalPort())));
    }
    assertEquals(
        """
        limits: 64 | 0
        privileges: CapEff: 0000000000000000 | CapBnd: 0000000000000000 | NoNewPrivs: 1
        writes: checkpoints/writer | artifacts
        sees: ROOT/00000000-0000-0007-0000-000000000001 | 00000000-0000-0007-0000-000000000001 | {}
        network: connected | end
        no network: end
        status: ended with status 7
        adopted: true
        second: refused by the kernel: another process holds its lock
        stopped: Gone
        first: killed by signal 9 (KILL)
        gone: true
        again: back
        refused: isolation refused: security_context.user: the pit runs as nobody and cannot \
        become daemon
        """,
        output.stream()
            .filter(line -> line.matches("[a-z ]+: .*"))
            .reduce("", (all, line) -> all + line + "\n"),
        () -> String.join("\n", output));
  }

  @Test
  void aPitThatIsRootRefuses() throws Exception {
    assertTrue(ROOT, "this test has to run as root");
    IsolationSpec spec = SandboxedAgent.level(IsolationLevel.LEVEL_3);
    try (SandboxedAgent agent =
        new SandboxedAgent(
            folder, ProgramLookup.ofThisMachine(), Map.of("image", "localhost/trial"))) {
      IOException refusal =
          assertThrows(IOException.class, () -> agent.outputOf(spec, "echo started"));
      assertTrue(refusal.getMessage().contains("not rootless"), refusal.getMessage());
    }
  }

  private static void closeAllConnections(ServerSocket gateway) {
    try {
      while (true) {
        gateway.accept().close();
      }
    } catch (IOException closed) {
      return;
    }
  }
}
