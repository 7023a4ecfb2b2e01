package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.ROOT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.isolation.ControlGroups.Controller;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.ProcFs;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.AgentRef;

/**
 * Real processes at {@code level_3}. A pit of an unprivileged user starts all containers before the
 * first test, see {@link PitWithContainers}; each test checks some of its observations. Needs
 * podman and busybox for an image, and root to start the pit as another user with control groups.
 */
@Tag("full")
final class IsolationLevel3Test {

  private static final AgentRef GROUP = new AgentRef(new UUID(7, 3), "pit");
  private static final Map<Controller, Long> NO_LIMITS =
      Map.of(Controller.MEMORY, 1L << 40, Controller.CPU, 1_000_000L);
  private static final String NO_PRIVILEGES =
      "CapPrm: 0000000000000000 | CapEff: 0000000000000000 | CapBnd: 0000000000000000"
          + " | NoNewPrivs: 1";

  /** Not beneath a folder that the container replaces, such as {@code /tmp}. */
  private static final String CELLS = "/mnt";

  /**
   * Gives the pit mounts of its own: crun refuses control groups of version 2 with controllers
   * beside those of version 1, and files that podman leaves outside the user's home land in empty
   * folders and are reported. Podman's runtime directory gets a short name: with more than 50
   * characters podman 4.3.1 reports each end 20 seconds late.
   */
  private static final String OWN_MOUNTS =
      """
      set -e
      own=$1; user=$2; shift 2
      if [ -e /sys/fs/cgroup/unified/cgroup.controllers ]; then umount /sys/fs/cgroup/unified; fi
      mount -t tmpfs -o mode=1777 shared /dev/shm
      mkdir /dev/shm/own; mount --bind "$own" /dev/shm/own
      for shared in /tmp /var/tmp; do mount -t tmpfs -o mode=1777 shared $shared; done
      mkdir -p "$own"; mount --move /dev/shm/own "$own"; rmdir /dev/shm/own; cd "$own"
      mount --bind "$own/home" %1$s
      while [ "$1" != -- ]; do echo 0 >"$1/cgroup.procs"; shift; done; shift
      ulimit -c unlimited
      env "HOME=$own/home" "XDG_RUNTIME_DIR=%1$s/run" "$@"
      echo outside: $(find /dev/shm /tmp /var/tmp -xdev -user "$user")
      """
          .formatted(CELLS);

  @TempDir static Path folder;
  private static final Map<String, String> printed = new HashMap<>();

  private static List<Path> groups = List.of();

  @BeforeAll
  @Timeout(180)
  static void aPitOfAnOrdinaryUserStartsItsAgents() throws Exception {
    assertTrue(ROOT, "these tests have to run as root");
    OrdinaryUser user = new OrdinaryUser(folder);
    settings(user.home());
    groups = ControlGroups.ofThisMachine().prepare(GROUP, 1, NO_LIMITS);
    List<Path> joined = new ArrayList<>();
    for (Path group : groups) {
      joined.add(delegate(group));
    }
    List<String> arguments = new ArrayList<>(List.of(CELLS, image(user.home()).toString()));
    groups.forEach(group -> arguments.add(group.toString()));
    collect(user.run(inOwnMounts(List.of()), PitWithContainers.class, List.of(CELLS)));
    collect(user.run(inOwnMounts(joined), PitWithContainers.class, arguments));
  }

  @AfterAll
  static void nothingOutlivesTheTests() throws InterruptedException, IOException {
    processes().forEach(ProcessHandle::destroyForcibly);
    for (Path group : groups) {
      Files.deleteIfExists(group.resolve("pit"));
    }
    ControlGroups.ofThisMachine().remove(GROUP, 1);
  }

  private static void collect(List<String> lines) {
    for (String line : lines) {
      String[] parts = line.split(": ?", 2);
      printed.merge(parts[0], parts.length < 2 ? "" : parts[1], String::concat);
    }
  }

  /** Lets the user create groups beneath a group; returns the group for its pit. */
  private static Path delegate(Path group) throws IOException, InterruptedException {
    OrdinaryUser.chown(group);
    OrdinaryUser.chown(group.resolve("cgroup.procs"));
    Path control = group.resolve("cgroup.subtree_control");
    if (Files.notExists(control)) {
      return group;
    }
    OrdinaryUser.chown(control);
    return Files.createDirectory(group.resolve("pit"));
  }

  private static List<String> inOwnMounts(List<Path> joined) throws IOException {
    List<String> before = new ArrayList<>();
    before.addAll(List.of("unshare", "--mount", "--propagation=private", "sh", "-c", OWN_MOUNTS));
    before.addAll(List.of("sh", folder.toRealPath().toString(), OrdinaryUser.NUMBER));
    joined.forEach(group -> before.add(group.toString()));
    before.add("--");
    return before;
  }

  /** Keeps podman's locks out of shared memory, where they would stay. */
  private static void settings(Path home) throws IOException, InterruptedException {
    OrdinaryUser.chown(Files.createDirectory(home.resolve("run")));
    Path settings = Files.createDirectories(home.resolve(".config").resolve("containers"));
    Files.writeString(settings.resolve("storage.conf"), "[storage]\ndriver = \"vfs\"\n");
    Files.writeString(
        settings.resolve("containers.conf"),
        """
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "none"
        lock_type = "file"
        """);
  }

  /** Returns an archive of a root file system with one static program. */
  private static Path image(Path home) throws IOException, InterruptedException {
    ProgramLookup programs = ProgramLookup.ofThisMachine();
    Path system = Files.createDirectory(home.resolve("system"));
    Path bin = Files.createDirectory(system.resolve("bin"));
    Files.copy(Path.of(programs.require("busybox")), bin.resolve("busybox"));
    for (String name : "cat dd grep ls nc setsid sh sleep touch true".split(" ", -1)) {
      Files.createSymbolicLink(bin.resolve(name), Path.of("busybox"));
    }
    for (String name : List.of("dev", "etc", "proc", "sys", "tmp")) {
      Files.createDirectory(system.resolve(name));
    }
    Path archive = home.resolve("system.tar");
    CommandExecution made =
        programs.run(
            "tar",
            List.of(
                "--owner=0", "--group=0", "-C", system.toString(), "-cf", archive.toString(), "."));
    assertTrue(made.succeeded(), made::output);
    return archive;
  }

  /** Returns the processes with the user's home: all that its pits have started. */
  private static List<ProcessHandle> processes() throws IOException {
    String home = folder.toRealPath().resolve("home").toString();
    List<ProcessHandle> found = new ArrayList<>();
    for (long pid : ProcFs.pids()) {
      if (ProcFs.variable(pid, "HOME").filter(home::equals).isPresent()) {
        ProcessHandle.of(pid).ifPresent(found::add);
      }
    }
    return found;
  }

  private static void assertPrinted(String subject, String observation) {
    assertEquals(observation, printed.get(subject), () -> subject + " of " + printed);
  }

  @Test
  void anAgentHasNoPrivilegesAndGetsNoNewOnes() {
    assertPrinted("privileges", NO_PRIVILEGES);
  }

  @Test
  void capabilitiesAreExactlyThoseListed() {
    assertPrinted("listed privileges", NO_PRIVILEGES.replace("000000 ", "000401 "));
  }

  @Test
  void openFilesAreLimited() {
    assertPrinted("files", "64 | 64 | 60");
  }

  @Test
  void coreDumpsAreOff() {
    assertPrinted("core", "0 | 0");
  }

  @Test
  void processesAreLimited() {
    assertPrinted("many processes", "enough");
    assertPrinted("few processes", "true");
  }

  @Test
  void onlyItsOwnCheckpointsAndTheArtifactsCanBeWritten() {
    assertPrinted("writes", "checkpoints/writer | artifacts | /tmp");
    assertPrinted("written", "true");
  }

  @Test
  void itsTemporaryFolderIsItsOwnAndGoneWithIt() {
    assertPrinted("temporary", "end");
  }

  @Test
  void itSeesItsCellByTheNameItHasOutsideAndNeitherOtherCellsNorThePitsDirectory() {
    assertPrinted(
        "sees",
        "ROOT/00000000-0000-0007-0000-000000000001 | 00000000-0000-0007-0000-000000000001 | {}");
  }

  @Test
  void itsOwnTokenCanBeReadAndNotWrittenAndNoOtherTokenIsThere() {
    assertPrinted("token", "its own | writer");
    assertPrinted("token after", "its own");
  }

  @Test
  void aNetworkOfItsOwnReachesNothingOutside() {
    assertPrinted("network", "true");
    assertPrinted("no network", "1");
  }

  @Test
  void anAgentThatTakesMoreMemoryThanItMayIsKilled() {
    assertPrinted("plenty of memory", "ended with status 0");
    assertPrinted("little memory", "ended with status 137, as after signal 9 (KILL)");
  }

  @Test
  void anAgentGetsNoMoreProcessorTimeThanItMay() {
    assertPrinted("processor", "held");
  }

  @Test
  void limitsAreRefusedWhereThePitMayMakeNoControlGroups() {
    for (String limit : List.of("memory", "processor")) {
      String refusal = String.valueOf(printed.get("refused " + limit));
      assertTrue(refusal.startsWith("isolation refused: resource_limits."), refusal);
      assertTrue(refusal.contains("(control groups): cannot use /"), refusal);
    }
  }

  @Test
  void anotherUserOrGroupIsRefused() {
    String reason = ": in a rootless container only the pit's own user can write the cell";
    assertPrinted("refused user", "isolation refused: security_context.user" + reason);
    assertPrinted("refused group", "isolation refused: security_context.group" + reason);
  }

  @Test
  void itsDeathIsNoticedWithItsStatus() {
    assertPrinted("status", "ended with status 7");
  }

  @Test
  void itIsAdoptedByTheNextPitAndASecondStartIsRefused() {
    assertPrinted("adopted", "true");
    assertPrinted("second", "refused by the kernel: another process holds its lock");
    assertPrinted("still", "true");
  }

  @Test
  void stoppingEndsAllOfItAndItCanBeStartedAgain() {
    assertPrinted("stopped", "Gone");
    assertPrinted("first", "ended with status 137, as after signal 9 (KILL)");
    assertPrinted("gone", "true");
    assertPrinted("again", "back");
  }

  @Test
  void itMayEndByItselfWhenAskedTo() {
    assertPrinted("stopped with grace", "Gone");
    assertPrinted("saved", "true");
    assertPrinted("ended", "ended with status 5");
    assertPrinted("once more", "back");
  }

  @Test
  void nothingIsLeftOver() throws IOException {
    assertPrinted("left", "[]");
    assertPrinted("outside", "");
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!processes().isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    assertEquals(List.of(), processes());
  }
}
