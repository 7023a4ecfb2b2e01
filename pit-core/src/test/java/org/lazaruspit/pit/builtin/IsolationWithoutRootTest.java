package org.lazaruspit.pit.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.builtin.WalledAgent.ROOT;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.slf4j.Logger;

/**
 * What a pit that is not root does to real processes at {@code level_2}. Needs bubblewrap, and root
 * to become somebody who is not.
 */
@Tag("full")
@Timeout(180)
final class IsolationWithoutRootTest {

  @TempDir Path folder;

  @Test
  void itsAgentsAreHeldWatchedStoppedAndStartedAgain() throws Exception {
    assertTrue(ROOT, "this test has to run as root");
    Path home = home();
    List<String> said;
    try (ServerSocket gateway = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread hangUp = new Thread(() -> hangUpOnEverybody(gateway), "gateway");
      hangUp.setDaemon(true);
      hangUp.start();
      said = trial(home, gateway.getLocalPort());
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
        said.stream()
            .filter(line -> line.matches("[a-z ]+: .*"))
            .reduce("", (all, line) -> all + line + "\n"),
        () -> String.join("\n", said));
  }

  @Test
  void aPitThatIsRootRefuses() throws Exception {
    assertTrue(ROOT, "this test has to run as root");
    IsolationSpec spec = WalledAgent.level(IsolationLevel.LEVEL_3);
    try (WalledAgent agent =
        new WalledAgent(folder, Programs.ofThisMachine(), Map.of("image", "localhost/trial"))) {
      IOException refusal = assertThrows(IOException.class, () -> agent.says(spec, "echo started"));
      assertTrue(refusal.getMessage().contains("not rootless"), refusal.getMessage());
    }
  }

  private static void hangUpOnEverybody(ServerSocket gateway) {
    try {
      while (true) {
        gateway.accept().close();
      }
    } catch (IOException closed) {
      return;
    }
  }

  private List<String> trial(Path home, int port) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath(home),
            PitOfNobody.class.getName(),
            home.toString(),
            Integer.toString(port));
    Path output = folder.resolve("said");
    Process trial =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int status = trial.waitFor();
    List<String> said = Files.readAllLines(output);
    assertEquals(0, status, () -> String.join("\n", said));
    return said;
  }

  private Path home() throws IOException, InterruptedException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path home = Files.createDirectory(folder.toRealPath().resolve("home"));
    Programs.ofThisMachine().ask("chown", List.of("65534:65534", home.toString()));
    return home;
  }

  /** Copies of our classes, where somebody who is not root can read them. */
  private static String classPath(Path home) throws IOException {
    List<String> copies = new ArrayList<>();
    Path library = Files.createDirectory(home.resolve("library"));
    for (Class<?> type :
        List.of(PitOfNobody.class, ProcessReviver.class, IsolationSpec.class, Logger.class)) {
      Path from = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
      Path to = library.resolve(Integer.toString(copies.size()));
      copy(from, to);
      copies.add(to.toString());
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
