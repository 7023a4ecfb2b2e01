package org.lazaruspit.pit.internal.isolation;

/** Something that isolation needs and that a machine may or may not give. */
enum IsolationFeature {
  LIMITS("limits on open files, core dumps and processes (prlimit)"),
  PRIVILEGES("no new privileges, another user, a set of capabilities (setpriv)"),
  WALLS("mount, process, user namespaces of an agent's own (bubblewrap)"),
  NETWORK_WALL("a network namespace of an agent's own (bubblewrap)"),
  CONTAINER("a rootless container (podman)"),
  MEMORY_GROUP("a limit on memory (control groups)"),
  CPU_GROUP("a limit on processor time (control groups)"),
  PROCESS_GROUP("a limit on an agent's own number of processes (control groups)");

  private final String text;

  IsolationFeature(String text) {
    this.text = text;
  }

  /** What it is, for people. */
  String text() {
    return text;
  }
}
