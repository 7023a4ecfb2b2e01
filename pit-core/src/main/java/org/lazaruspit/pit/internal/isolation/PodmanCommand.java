package org.lazaruspit.pit.internal.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.pit.internal.os.AgentMark;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Arguments of podman for the container of {@code level_3}, see podman-run(1). The cell has the
 * same path inside as outside, so every variable and placeholder means the same. The image has to
 * be on the machine already: a start fetches none. Pure.
 */
final class PodmanCommand {

  static final String PROGRAM = "podman";

  /**
   * Moves the mark from podman to the container: podman's monitor of the container (conmon) is no
   * part of the agent, and if it were killed with the agent, podman would not learn that the
   * container is gone. Passes on all inherited descriptors, the lock among them.
   */
  static final String RUN_SCRIPT =
      """
      mark=$%1$s; unset %1$s; podman=$1; shift; open=0
      while [ -e /proc/self/fd/$((open + 3)) ]; do open=$((open + 1)); done
      exec "$podman" run "--env=%1$s=$mark" --preserve-fds=$open "$@"
      """
          .formatted(AgentMark.VARIABLE);

  /** Folder of a rootless podman for temporary state. */
  static final String RUNTIME_DIRECTORY = "XDG_RUNTIME_DIR";

  /** Podman's own limit of 50, less its {@code /containers}. */
  private static final int MAX_RUNTIME_DIRECTORY_LENGTH = 39;

  private PodmanCommand() {}

  /**
   * Returns why a value of {@link #RUNTIME_DIRECTORY} cannot be used, as observed with podman
   * 4.3.1. Without one podman runs as two processes, and on TERM the outer one exits with status 0
   * regardless of the agent's status. With a long one podman cannot clean up after a container, and
   * reports its end 20 s late.
   */
  static Optional<String> problem(@Nullable String runtimeDirectory) {
    if (runtimeDirectory == null || runtimeDirectory.isEmpty()) {
      return Optional.of(
          RUNTIME_DIRECTORY + " is not set: podman would report wrong exit statuses");
    }
    return runtimeDirectory.length() > MAX_RUNTIME_DIRECTORY_LENGTH
        ? Optional.of(
            "%s has %d characters, podman supports at most %d: %s"
                .formatted(
                    RUNTIME_DIRECTORY,
                    runtimeDirectory.length(),
                    MAX_RUNTIME_DIRECTORY_LENGTH,
                    runtimeDirectory))
        : Optional.empty();
  }

  /** Returns the arguments of {@code podman run} before the agent's own command, the image last. */
  static List<String> container(
      AgentRef agent,
      IsolationSpec spec,
      SandboxPaths paths,
      Set<String> environment,
      IsolationLimits limits) {
    List<String> run = new ArrayList<>();
    run.addAll(List.of("--rm", "--replace", "--pull=never"));
    run.add("--name=lazarus-" + agent.cellId() + "." + agent.agentId());
    // The container stays in the control group of its start, which has the cell's limits.
    run.addAll(List.of("--cgroups=disabled", "--log-driver=none"));
    run.add("--network=" + (spec.networkIsolation() ? "none" : "host"));
    run.addAll(List.of("--security-opt=no-new-privileges", "--security-opt=label=disable"));
    run.add("--cap-drop=all");
    spec.securityContext().capabilities().forEach(name -> run.add("--cap-add=" + name));
    run.addAll(List.of("--read-only", "--tmpfs=/tmp"));
    run.add("--ulimit=core=0:0");
    run.add("--ulimit=nofile=%1$d:%1$d".formatted(limits.openFiles()));
    run.add("--ulimit=nproc=%1$d:%1$d".formatted(limits.processes()));
    run.add(volume(paths.cell(), "ro"));
    run.add(volume(paths.checkpoint(), "rw"));
    run.add(volume(paths.artifacts(), "rw"));
    paths.token().ifPresent(token -> run.add(volume(token, "ro")));
    run.add("--workdir=" + paths.workingDirectory());
    run.add("--env=LAZARUS_*");
    environment.forEach(name -> run.add("--env=" + name));
    run.add("--entrypoint=");
    run.add(limits.image().orElseThrow());
    return run;
  }

  private static String volume(Path folder, String access) {
    return "--volume=%1$s:%1$s:%2$s".formatted(folder, access);
  }
}
