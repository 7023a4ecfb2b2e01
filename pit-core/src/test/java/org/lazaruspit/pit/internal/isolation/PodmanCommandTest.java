package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.spi.AgentRef;

/** The arguments of podman, without running it. */
final class PodmanCommandTest {

  private static final AgentRef AGENT = new AgentRef(new UUID(7, 1), "writer");
  private static final SandboxPaths FOLDERS =
      new SandboxPaths(
          Path.of("/m"),
          Path.of("/m/c"),
          Path.of("/m/c/checkpoints/writer"),
          Path.of("/m/c/artifacts"),
          Path.of("/s"),
          Path.of("/m/c"),
          Optional.of(Path.of("/s/tokens/writer")));

  private static List<String> container(boolean network, String... capabilities) {
    IsolationSpec spec =
        new IsolationSpec(
            IsolationLevel.LEVEL_3,
            true,
            network,
            ResourceLimits.ABSENT,
            new SecurityContext(null, null, List.of(capabilities)));
    return PodmanCommand.container(
        AGENT,
        spec,
        FOLDERS,
        new TreeSet<>(Set.of("COLOUR")),
        new IsolationLimits(64, 50, Optional.of("localhost/agent")));
  }

  @Test
  void aContainerSeesItsCellByTheSameNameAndWritesItsOwnFoldersOnly() {
    assertEquals(
        List.of(
            "--volume=/m/c:/m/c:ro",
            "--volume=/m/c/checkpoints/writer:/m/c/checkpoints/writer:rw",
            "--volume=/m/c/artifacts:/m/c/artifacts:rw",
            "--volume=/s/tokens/writer:/s/tokens/writer:ro",
            "--workdir=/m/c",
            "--env=LAZARUS_*",
            "--env=COLOUR",
            "--entrypoint=",
            "localhost/agent"),
        container(true).subList(container(true).size() - 9, container(true).size()));
    assertTrue(container(true).containsAll(List.of("--read-only", "--tmpfs=/tmp")));
  }

  @Test
  void aContainerHasLimitsStaysInItsGroupAndHasNoPrivilegesButThoseListed() {
    List<String> run = container(false, "CAP_CHOWN");
    assertTrue(
        run.containsAll(
            List.of(
                "--cgroups=disabled",
                "--security-opt=no-new-privileges",
                "--cap-drop=all",
                "--cap-add=CAP_CHOWN",
                "--ulimit=core=0:0",
                "--ulimit=nofile=64:64",
                "--ulimit=nproc=50:50")),
        run::toString);
    assertTrue(container(false).stream().noneMatch(option -> option.startsWith("--cap-add")));
  }

  @Test
  void aContainerHasTheMachinesNetworkOrNone() {
    assertTrue(container(true).contains("--network=none"));
    assertTrue(container(false).contains("--network=host"));
  }

  @Test
  void anImageIsNeverFetchedAndAContainerTakesItsPredecessorsName() {
    assertTrue(
        container(false)
            .containsAll(
                List.of(
                    "--pull=never",
                    "--replace",
                    "--rm",
                    "--name=lazarus-" + AGENT.cellId() + ".writer")));
  }

  @Test
  void podmanNeedsARuntimeDirectoryWithAShortName() {
    assertEquals(Optional.empty(), PodmanCommand.problem("/run/user/1000"));
    assertEquals(Optional.empty(), PodmanCommand.problem("/" + "x".repeat(38)));
    assertEquals(
        "XDG_RUNTIME_DIR has 40 characters, podman supports at most 39: /" + "x".repeat(39),
        PodmanCommand.problem("/" + "x".repeat(39)).orElseThrow());
    String unset = "XDG_RUNTIME_DIR is not set: podman would report wrong exit statuses";
    assertEquals(unset, PodmanCommand.problem(null).orElseThrow());
    assertEquals(unset, PodmanCommand.problem("").orElseThrow());
  }
}
