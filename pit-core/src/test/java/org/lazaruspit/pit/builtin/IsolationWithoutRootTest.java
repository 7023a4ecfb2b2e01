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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.slf4j.Logger;

/**
 * What a pit that is not root does to real processes at {@code level_2} and {@code level_3}. Needs
 * bubblewrap, podman, crun, a static busybox for the image, and root: to become somebody who is
 * not, and to hide from crun the mix of both versions of control groups that some machines have and
 * it cannot deal with.
 */
@Tag("full")
@Timeout(180)
final class IsolationWithoutRootTest {

  private static final String AS_NOBODY =
      """
      set -e
      if [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ] && [ -d /sys/fs/cgroup/unified ]; then
        umount /sys/fs/cgroup/unified
      fi
      home=$1; shift
      exec setpriv --reuid=65534 --regid=65534 --clear-groups \\
        env HOME="$home" XDG_RUNTIME_DIR="$home/run" sh -c '
          tar --owner=0 --group=0 -C "$HOME/image" -c . | podman import - localhost/trial || exit 1
          timeout 90 "$@"; status=$?
          rm -rf "$HOME/.local"
          podman system migrate  # ends the process that podman keeps for its user
          exit $status' sh "$@"
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"LEVEL_2", "LEVEL_3"})
  void itsAgentsAreHeldWatchedStoppedAndStartedAgain(IsolationLevel level) throws Exception {
    assertTrue(ROOT, "this test has to run as root");
    Path home = home();
    List<String> said;
    try (ServerSocket gateway = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread hangUp = new Thread(() -> hangUpOnEverybody(gateway), "gateway");
      hangUp.setDaemon(true);
      hangUp.start();
      said = trial(home, gateway.getLocalPort(), level);
    }
    String refusal =
        level == IsolationLevel.LEVEL_2
            ? "the pit runs as nobody and cannot become daemon"
            : "in a rootless container only the pit's own user can write the cell";
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
        refused: isolation refused: security_context.user: %s
        """
            .formatted(refusal),
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

  private List<String> trial(Path home, int port, IsolationLevel level)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("unshare", "-m", "--propagation", "private", "sh", "-c", AS_NOBODY));
    command.addAll(List.of("sh", home.toString()));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath(home),
            PitOfNobody.class.getName(),
            home.toString(),
            "localhost/trial",
            Integer.toString(port),
            level.name()));
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

  /** A home for a user who has none, with what the image is made of. */
  private Path home() throws IOException, InterruptedException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path home = Files.createDirectory(folder.toRealPath().resolve("home"));
    Path bin = Files.createDirectories(home.resolve("image").resolve("bin"));
    Path busybox = Path.of(Programs.ofThisMachine().require("busybox"));
    Files.copy(busybox, bin.resolve("busybox"));
    for (String applet :
        List.of("sh", "cat", "grep", "id", "ls", "nc", "pwd", "setsid", "sleep", "touch")) {
      Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
    }
    for (String mountPoint : List.of("dev", "etc", "proc", "sys", "tmp")) {
      Files.createDirectory(bin.resolveSibling(mountPoint));
    }
    Files.createDirectory(home.resolve("run"));
    Programs.ofThisMachine().ask("chown", List.of("-R", "65534:65534", home.toString()));
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
