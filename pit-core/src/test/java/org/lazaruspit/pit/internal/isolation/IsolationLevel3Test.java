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
 * What {@code level_3} does to real processes. One pit that is not root starts all the containers
 * before the first test, see {@link PitWithContainers}; each test is about some of what it saw.
 * Needs podman and busybox for an image, and root: to become somebody who is not, and to give it
 * control groups.
 */
@Tag("full")
final class IsolationLevel3Test {

  private static final AgentRef GROUP = new AgentRef(new UUID(7, 3), "pit");
  private static final Map<Controller, Long> NO_LIMITS =
      Map.of(Controller.MEMORY, 1L << 40, Controller.CPU, 1_000_000L);
  private static final String NO_PRIVILEGES =
      "CapPrm: 0000000000000000 | CapEff: 0000000000000000 | CapBnd: 0000000000000000"
          + " | NoNewPrivs: 1";

  /**
   * No part of the cells' names means anything in a container, as {@code /tmp} would: there it is
   * the container's own.
   */
  private static final String CELLS = "/mnt";

  /**
   * In mounts of its own: crun refuses a hierarchy of control groups of version 2 that has
   * controllers where others are of version 1; and what podman would leave outside of the user's
   * home lands in empty folders and is told of. Podman's run folder has a short name: with one of
   * more than 50 characters podman 4.3.1 tells of each end 20 seconds late.
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
  private static final Map<String, String> said = new HashMap<>();

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
      joined.add(handedOver(group));
    }
    List<String> arguments = new ArrayList<>(List.of(CELLS, image(user.home()).toString()));
    groups.forEach(group -> arguments.add(group.toString()));
    listen(user.run(inOwnMounts(List.of()), PitWithContainers.class, List.of(CELLS)));
    listen(user.run(inOwnMounts(joined), PitWithContainers.class, arguments));
  }

  @AfterAll
  static void nothingOutlivesTheTests() throws InterruptedException, IOException {
    processes().forEach(ProcessHandle::destroyForcibly);
    for (Path group : groups) {
      Files.deleteIfExists(group.resolve("pit"));
    }
    ControlGroups.ofThisMachine().remove(GROUP, 1);
  }

  private static void listen(List<String> lines) {
    for (String line : lines) {
      String[] parts = line.split(": ?", 2);
      said.merge(parts[0], parts.length < 2 ? "" : parts[1], String::concat);
    }
  }

  /** The user may make groups beneath it; returns the one that its pit has to be in. */
  private static Path handedOver(Path group) throws IOException, InterruptedException {
    OrdinaryUser.own(group);
    OrdinaryUser.own(group.resolve("cgroup.procs"));
    Path handingOn = group.resolve("cgroup.subtree_control");
    if (Files.notExists(handingOn)) {
      return group;
    }
    OrdinaryUser.own(handingOn);
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

  /** Podman's locks would be in shared memory, and stay there. */
  private static void settings(Path home) throws IOException, InterruptedException {
    OrdinaryUser.own(Files.createDirectory(home.resolve("run")));
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

  /** A system of one program that is linked with no library, as an archive. */
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

  /** Whatever was started by the user's pits knows its home. */
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

  private static void assertSaid(String what, String seen) {
    assertEquals(seen, said.get(what), () -> what + " of " + said);
  }

  @Test
  void anAgentHasNoPrivilegesAndGetsNoNewOnes() {
    assertSaid("privileges", NO_PRIVILEGES);
  }

  @Test
  void capabilitiesAreExactlyThoseListed() {
    assertSaid("listed privileges", NO_PRIVILEGES.replace("000000 ", "000401 "));
  }

  @Test
  void openFilesAreLimited() {
    assertSaid("files", "64 | 64 | 60");
  }

  @Test
  void coreDumpsAreOff() {
    assertSaid("core", "0 | 0");
  }

  @Test
  void processesAreLimited() {
    assertSaid("many processes", "enough");
    assertSaid("few processes", "true");
  }

  @Test
  void onlyItsOwnCheckpointsAndTheArtifactsCanBeWritten() {
    assertSaid("writes", "checkpoints/writer | artifacts | /tmp");
    assertSaid("written", "true");
  }

  @Test
  void itsTemporaryFolderIsItsOwnAndGoneWithIt() {
    assertSaid("temporary", "end");
  }

  @Test
  void itSeesItsCellByTheNameItHasOutsideAndNeitherOtherCellsNorThePitsDirectory() {
    assertSaid(
        "sees",
        "ROOT/00000000-0000-0007-0000-000000000001 | 00000000-0000-0007-0000-000000000001 | {}");
  }

  @Test
  void itsOwnTokenCanBeReadAndNotWrittenAndNobodyElsesIsThere() {
    assertSaid("token", "its own | writer");
    assertSaid("token after", "its own");
  }

  @Test
  void aNetworkOfItsOwnReachesNothingOutside() {
    assertSaid("network", "true");
    assertSaid("no network", "1");
  }

  @Test
  void anAgentThatTakesMoreMemoryThanItMayIsKilled() {
    assertSaid("plenty of memory", "ended with status 0");
    assertSaid("little memory", "killed by signal 9 (KILL)");
  }

  @Test
  void anAgentGetsNoMoreProcessorTimeThanItMay() {
    assertSaid("processor", "held");
  }

  @Test
  void limitsAreRefusedWhereThePitMayMakeNoControlGroups() {
    for (String what : List.of("memory", "processor")) {
      String refusal = String.valueOf(said.get("refused " + what));
      assertTrue(refusal.startsWith("isolation refused: resource_limits."), refusal);
      assertTrue(refusal.contains("(control groups): cannot use /"), refusal);
    }
  }

  @Test
  void anotherUserOrGroupIsRefused() {
    String reason = ": in a rootless container only the pit's own user can write the cell";
    assertSaid("refused user", "isolation refused: security_context.user" + reason);
    assertSaid("refused group", "isolation refused: security_context.group" + reason);
  }

  @Test
  void itsDeathIsNoticedWithItsStatus() {
    assertSaid("status", "ended with status 7");
  }

  @Test
  void itIsAdoptedByTheNextPitAndASecondStartIsRefused() {
    assertSaid("adopted", "true");
    assertSaid("second", "refused by the kernel: another process holds its lock");
    assertSaid("still", "true");
  }

  @Test
  void stoppingEndsAllOfItAndItCanBeStartedAgain() {
    assertSaid("stopped", "Gone");
    assertSaid("first", "killed by signal 9 (KILL)");
    assertSaid("gone", "true");
    assertSaid("again", "back");
  }

  @Test
  void itMayEndByItselfWhenAskedTo() {
    assertSaid("asked to end", "Gone");
    assertSaid("saved", "true");
    assertSaid("ended", "ended with status 5");
    assertSaid("once more", "back");
  }

  @Test
  void nothingIsLeftOver() throws IOException {
    assertSaid("left", "[]");
    assertSaid("outside", "");
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!processes().isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    assertEquals(List.of(), processes());
  }
}
