package org.lazaruspit.pit.internal.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Arguments of bubblewrap for the sandbox of {@code level_2}, see bwrap(1). The machine can be
 * read, except other cells, the pit's state directory, and /tmp and /run, which hold files of other
 * users and sockets of privileged servers. Only the agent's own folders can be written. Pure.
 *
 * <p>No option ties the agent to its parent: agents outlive the pit. The agent stays in the session
 * of its start, so that its whole process group can be signalled.
 */
final class Bubblewrap {

  static final String PROGRAM = "bwrap";

  /** Kernel settings that root may write without a capability; bwrap leaves them writable. */
  private static final List<String> KERNEL_SETTINGS =
      List.of("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "mtrr", "scsi");

  /** Files for host name resolution beneath /run. */
  private static final List<String> NAME_SERVICES =
      List.of("/run/systemd/resolve", "/run/NetworkManager/resolv.conf", "/run/resolvconf");

  private final List<String> arguments = new ArrayList<>();

  private Bubblewrap() {}

  /** Returns the arguments of a trial run that shows whether this machine supports the sandbox. */
  static List<String> trial(boolean network) {
    Bubblewrap wrap = new Bubblewrap();
    wrap.namespaces(network, List.of());
    wrap.machine();
    wrap.add("--", "true");
    return wrap.arguments;
  }

  /** Returns the arguments before the agent's own command. */
  static List<String> arguments(SandboxPaths paths, boolean network, List<String> capabilities) {
    Bubblewrap wrap = new Bubblewrap();
    wrap.namespaces(network, capabilities);
    wrap.machine();
    wrap.folders(paths);
    wrap.add("--chdir", paths.workingDirectory().toString(), "--");
    return wrap.arguments;
  }

  private void add(String... more) {
    arguments.addAll(List.of(more));
  }

  private void namespaces(boolean network, List<String> capabilities) {
    add("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts");
    add("--unshare-cgroup-try");
    if (network) {
      add("--unshare-net");
    }
    add("--cap-drop", "ALL");
    capabilities.forEach(capability -> add("--cap-add", capability));
  }

  private void machine() {
    add("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc");
    for (String name : KERNEL_SETTINGS) {
      add("--ro-bind-try", "/proc/" + name, "/proc/" + name);
    }
    add("--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", "/run");
    NAME_SERVICES.forEach(file -> add("--ro-bind-try", file, file));
  }

  private enum Access {
    HIDDEN,
    READ,
    WRITE
  }

  /** Mounts outer folders first: a later mount covers an earlier one. */
  private void folders(SandboxPaths paths) {
    Map<Path, Access> access =
        new TreeMap<>(Comparator.comparingInt(Path::getNameCount).thenComparing(p -> p));
    access.put(paths.state(), Access.HIDDEN);
    access.put(paths.missionsRoot(), Access.HIDDEN);
    access.put(paths.cell(), Access.READ);
    access.put(paths.checkpoint(), Access.WRITE);
    access.put(paths.artifacts(), Access.WRITE);
    paths.token().ifPresent(token -> access.put(token, Access.READ));
    access.forEach((path, kind) -> mount(path.toString(), kind));
    access.forEach(
        (path, kind) -> {
          if (kind == Access.HIDDEN) {
            add("--remount-ro", path.toString());
          }
        });
    add("--remount-ro", "/run");
  }

  private void mount(String path, Access access) {
    switch (access) {
      case HIDDEN -> add("--tmpfs", path);
      case READ -> add("--ro-bind", path, path);
      case WRITE -> add("--bind", path, path);
    }
  }
}
