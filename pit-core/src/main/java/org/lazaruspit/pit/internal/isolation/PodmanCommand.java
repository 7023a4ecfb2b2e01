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
 * The container of {@code level_3} as podman's arguments, see podman-run(1). The cell is there by
 * the name that it has outside, so every variable and placeholder means the same inside. The image
 * has to be on the machine already: a start is no time to fetch one. Pure.
 */
final class PodmanCommand {

  static final String PROGRAM = "podman";

  /**
   * Takes the agent's mark away from podman and gives it to the container alone: what podman leaves
   * behind to look after the container (conmon) is not part of the agent, and killed together with
   * it could not tell podman that the container is gone. The lock is among the descriptors that the
   * guard leaves open, and all of them are handed on.
   */
  static final String UNMARKED =
      """
      mark=$%1$s; unset %1$s; podman=$1; shift; open=0
      while [ -e /proc/self/fd/$((open + 3)) ]; do open=$((open + 1)); done
      exec "$podman" run "--env=%1$s=$mark" --preserve-fds=$open "$@"
      """
          .formatted(AgentMark.VARIABLE);

  /** Where a rootless podman keeps what is of today. */
  static final String RUN_FOLDER = "XDG_RUNTIME_DIR";

  /** Podman's own bound of 50, less its {@code /containers}. */
  private static final int LONGEST_RUN_FOLDER = 39;

  private PodmanCommand() {}

  /**
   * What is wrong with the variable {@link #RUN_FOLDER}; seen with podman 4.3.1. Without one podman
   * is two processes, and the outer one tells of an end with status 0 when it is asked to end,
   * whatever the agent's is. With a long one podman cannot clean up after a container, and tells of
   * its end 20 s late.
   */
  static Optional<String> unfit(@Nullable String runFolder) {
    if (runFolder == null || runFolder.isEmpty()) {
      return Optional.of(
          RUN_FOLDER + " is not set: podman would tell of other ends than there are");
    }
    return runFolder.length() > LONGEST_RUN_FOLDER
        ? Optional.of(
            "%s has %d characters, podman cannot do with more than %d: %s"
                .formatted(RUN_FOLDER, runFolder.length(), LONGEST_RUN_FOLDER, runFolder))
        : Optional.empty();
  }

  /** The arguments of podman's {@code run} before the agent's own command, the image last. */
  static List<String> container(
      AgentRef agent,
      IsolationSpec spec,
      SandboxPaths folders,
      Set<String> environment,
      IsolationLimits limits) {
    List<String> run = new ArrayList<>();
    run.addAll(List.of("--rm", "--replace", "--pull=never"));
    run.add("--name=lazarus-" + agent.cellId() + "." + agent.agentId());
    // The container stays in the control group that it is started in, which has the cell's limits.
    run.addAll(List.of("--cgroups=disabled", "--log-driver=none"));
    run.add("--network=" + (spec.networkIsolation() ? "none" : "host"));
    run.addAll(List.of("--security-opt=no-new-privileges", "--security-opt=label=disable"));
    run.add("--cap-drop=all");
    spec.securityContext().capabilities().forEach(name -> run.add("--cap-add=" + name));
    run.addAll(List.of("--read-only", "--tmpfs=/tmp"));
    run.add("--ulimit=core=0:0");
    run.add("--ulimit=nofile=%1$d:%1$d".formatted(limits.openFiles()));
    run.add("--ulimit=nproc=%1$d:%1$d".formatted(limits.processes()));
    run.add(volume(folders.cell(), "ro"));
    run.add(volume(folders.checkpoint(), "rw"));
    run.add(volume(folders.artifacts(), "rw"));
    folders.token().ifPresent(token -> run.add(volume(token, "ro")));
    run.add("--workdir=" + folders.work());
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
