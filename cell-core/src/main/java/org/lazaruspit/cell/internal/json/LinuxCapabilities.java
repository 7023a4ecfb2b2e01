package org.lazaruspit.cell.internal.json;

import java.util.Set;

/** Names of the capabilities of Linux, see capabilities(7). */
final class LinuxCapabilities {
  static final String EXPECTED = "a Linux capability such as \"CAP_NET_BIND_SERVICE\"";
  private static final String PREFIX = "CAP_";

  private static final Set<String> NAMES =
      Set.of(
          "AUDIT_CONTROL",
          "AUDIT_READ",
          "AUDIT_WRITE",
          "BLOCK_SUSPEND",
          "BPF",
          "CHECKPOINT_RESTORE",
          "CHOWN",
          "DAC_OVERRIDE",
          "DAC_READ_SEARCH",
          "FOWNER",
          "FSETID",
          "IPC_LOCK",
          "IPC_OWNER",
          "KILL",
          "LEASE",
          "LINUX_IMMUTABLE",
          "MAC_ADMIN",
          "MAC_OVERRIDE",
          "MKNOD",
          "NET_ADMIN",
          "NET_BIND_SERVICE",
          "NET_BROADCAST",
          "NET_RAW",
          "PERFMON",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYSLOG",
          "SYS_ADMIN",
          "SYS_BOOT",
          "SYS_CHROOT",
          "SYS_MODULE",
          "SYS_NICE",
          "SYS_PACCT",
          "SYS_PTRACE",
          "SYS_RAWIO",
          "SYS_RESOURCE",
          "SYS_TIME",
          "SYS_TTY_CONFIG",
          "WAKE_ALARM");

  private LinuxCapabilities() {}

  /** Accepts the name with the prefix, as in manual pages, or without, as in container tools. */
  static boolean isKnown(String name) {
    return NAMES.contains(canonical(name).substring(PREFIX.length()));
  }

  static String canonical(String name) {
    return name.startsWith(PREFIX) ? name : PREFIX + name;
  }
}
