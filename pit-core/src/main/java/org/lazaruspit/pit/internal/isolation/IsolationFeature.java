package org.lazaruspit.pit.internal.isolation;

/** Feature that isolation needs and that a machine may lack. */
enum IsolationFeature {
  LIMITS("limits on open files, core dumps and processes (prlimit)"),
  PRIVILEGES("no new privileges, another user, a set of capabilities (setpriv)"),
  NAMESPACES("mount, process, user namespaces of an agent's own (bubblewrap)"),
  NETWORK_NAMESPACE("a network namespace of an agent's own (bubblewrap)"),
  CONTAINER("a rootless container (podman)"),
  MEMORY_GROUP("a limit on memory (control groups)"),
  CPU_GROUP("a limit on processor time (control groups)"),
  PROCESS_GROUP("a limit on an agent's own number of processes (control groups)");

  private final String description;

  IsolationFeature(String description) {
    this.description = description;
  }

  /** Returns a description for reports. */
  String describe() {
    return description;
  }
}
