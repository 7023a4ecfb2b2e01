package org.lazaruspit.pit.internal.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The walls of {@code level_2} as bubblewrap's arguments, see bwrap(1). The machine is there to be
 * read, but for other cells, the pit's own directory, and what others put into /tmp and /run, where
 * sockets of powerful servers are; only the agent's own folders can be written. Pure.
 *
 * <p>An agent outlives the pit, so nothing ties it to its parent; it stays in the session that it
 * was started in, so that the whole of it can be signalled.
 */
final class Bubblewrap {

  static final String PROGRAM = "bwrap";

  /** Settings of the kernel that root may write without any capability; bwrap leaves them open. */
  private static final List<String> KERNEL_SETTINGS =
      List.of("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "mtrr", "scsi");

  /** Where the names of hosts are looked up on machines that keep that beneath /run. */
  private static final List<String> NAME_SERVICES =
      List.of("/run/systemd/resolve", "/run/NetworkManager/resolv.conf", "/run/resolvconf");

  private final List<String> arguments = new ArrayList<>();

  private Bubblewrap() {}

  /** What is tried to see whether this machine gives such walls. */
  static List<String> trial(boolean network) {
    Bubblewrap wrap = new Bubblewrap();
    wrap.namespaces(network, List.of());
    wrap.machine();
    wrap.add("--", "true");
    return wrap.arguments;
  }

  /** The arguments before the agent's own command. */
  static List<String> walls(SandboxPaths folders, boolean network, List<String> capabilities) {
    Bubblewrap wrap = new Bubblewrap();
    wrap.namespaces(network, capabilities);
    wrap.machine();
    wrap.folders(folders);
    wrap.add("--chdir", folders.work().toString(), "--");
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
    NAME_SERVICES.forEach(place -> add("--ro-bind-try", place, place));
  }

  private enum Access {
    HIDDEN,
    READ,
    WRITE
  }

  /** Outer folders come first: what is mounted later is seen. */
  private void folders(SandboxPaths folders) {
    Map<Path, Access> access =
        new TreeMap<>(Comparator.comparingInt(Path::getNameCount).thenComparing(p -> p));
    access.put(folders.state(), Access.HIDDEN);
    access.put(folders.missionsRoot(), Access.HIDDEN);
    access.put(folders.cell(), Access.READ);
    access.put(folders.checkpoint(), Access.WRITE);
    access.put(folders.artifacts(), Access.WRITE);
    folders.token().ifPresent(token -> access.put(token, Access.READ));
    access.forEach((path, given) -> mount(path.toString(), given));
    access.forEach(
        (path, given) -> {
          if (given == Access.HIDDEN) {
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
