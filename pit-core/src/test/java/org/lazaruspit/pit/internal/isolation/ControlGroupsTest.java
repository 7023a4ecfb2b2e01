package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.isolation.ControlGroups.Controller;
import org.lazaruspit.pit.spi.AgentRef;

/** The written files, in folders laid out like those of the kernel. */
final class ControlGroupsTest {

  private static final AgentRef AGENT = new AgentRef(new UUID(7, 1), "a.1");
  private static final String NAME = "lazarus-" + AGENT.cellId() + ".3.a.1";

  @TempDir Path folder;

  private ControlGroups groups(String own, String... mounts) throws IOException {
    Path proc = Files.createDirectories(folder.resolve("proc"));
    Files.writeString(proc.resolve("cgroup"), own);
    Files.writeString(proc.resolve("mountinfo"), String.join("\n", mounts));
    return new ControlGroups(proc);
  }

  private String mount(String root, String name, String type, String options) {
    return "30 23 0:26 %s %s rw,nosuid shared:4 - %s cgroup %s"
        .formatted(root, folder.resolve(name), type, options);
  }

  /** Creates the files that the kernel creates with a group. */
  private Path group(String place, String... files) throws IOException {
    Path group = Files.createDirectories(folder.resolve(place).resolve(NAME));
    for (String file : files) {
      Files.writeString(group.resolve(file), "");
    }
    return group;
  }

  @Test
  void inVersionTwoAnAgentsGroupIsBesideThePitsOwn() throws Exception {
    ControlGroups groups =
        groups("0::/user/pits/pit\n", mount("/", "unified", "cgroup2", "rw,nsdelegate"));
    Path beside = Files.createDirectories(folder.resolve("unified/user/pits"));
    Files.writeString(beside.resolve("cgroup.subtree_control"), "cpu memory pids\n");
    Path group = group("unified/user/pits", "memory.max", "memory.swap.max", "cpu.max", "pids.max");
    assertEquals(
        List.of(group),
        groups.prepare(
            AGENT,
            3,
            new TreeMap<>(
                Map.of(
                    Controller.MEMORY, 1L << 30, Controller.CPU, 1500L, Controller.PIDS, 100L))));
    assertEquals("1073741824", Files.readString(group.resolve("memory.max")));
    assertEquals("0", Files.readString(group.resolve("memory.swap.max")));
    assertEquals("150000 100000", Files.readString(group.resolve("cpu.max")));
    assertEquals("100", Files.readString(group.resolve("pids.max")));
  }

  @Test
  void aTrackingGroupIsMadeWhereThePitMayAndTheAgentCannotLeaveIt() throws Exception {
    ControlGroups groups =
        groups("0::/user/pits/pit\n", mount("/", "unified", "cgroup2", "rw,nsdelegate"));
    Path beside = Files.createDirectories(folder.resolve("unified/user/pits"));
    Path own = Files.createDirectories(beside.resolve("pit"));
    for (Path parent : List.of(beside, own)) {
      Files.writeString(parent.resolve("cgroup.procs"), "");
    }
    long owner = ((Integer) Files.getAttribute(own.resolve("cgroup.procs"), "unix:uid"));
    long other = owner + 1;
    assertEquals(Optional.of(beside.resolve(NAME)), groups.prepareTracking(AGENT, 3, other, false));
    assertEquals(Optional.of(beside.resolve(NAME)), groups.prepareTracking(AGENT, 3, owner, true));
    assertEquals(Optional.empty(), groups.prepareTracking(AGENT, 3, owner, false));
    assertEquals(Optional.empty(), groups.prepareTracking(AGENT, 3, 0, false));
    groups.remove(AGENT, 3);
    assertFalse(Files.exists(beside.resolve(NAME)));
  }

  @Test
  void inVersionOneEachControllerHasItsOwnTree() throws Exception {
    ControlGroups groups =
        groups(
            "5:memory:/box/pit\n4:cpu,cpuacct:/\n0::/\n",
            mount("/box", "memory", "cgroup", "rw,memory"),
            mount("/", "cpu", "cgroup", "rw,cpu,cpuacct"));
    Path memory = group("memory/pit", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes");
    Path cpu = group("cpu", "cpu.cfs_quota_us", "cpu.cfs_period_us");
    assertEquals(
        List.of(memory, cpu),
        groups.prepare(
            AGENT, 3, new TreeMap<>(Map.of(Controller.MEMORY, 4096L, Controller.CPU, 5L))));
    assertEquals("4096", Files.readString(memory.resolve("memory.limit_in_bytes")));
    assertEquals("4096", Files.readString(memory.resolve("memory.memsw.limit_in_bytes")));
    // With the usual period the quota would be below the kernel's minimum.
    assertEquals("5000", Files.readString(cpu.resolve("cpu.cfs_quota_us")).replace("-1", ""));
    assertEquals("1000000", Files.readString(cpu.resolve("cpu.cfs_period_us")));
  }

  @Test
  void aControllerThatIsNotDelegatedIsMissing() throws Exception {
    ControlGroups groups = groups("0::/pit\n", mount("/", "unified", "cgroup2", "rw"));
    Files.createDirectories(folder.resolve("unified"));
    String missing = groups.missing(Controller.MEMORY).orElseThrow();
    assertTrue(missing.contains("cgroup.subtree_control"), missing);
    assertThrows(
        IOException.class, () -> groups.prepare(AGENT, 3, Map.of(Controller.MEMORY, 4096L)));
  }

  @Test
  void aControllerIsDelegatedByTheParentOnDemand() throws Exception {
    ControlGroups groups = groups("0::/pit\n", mount("/", "unified", "cgroup2", "rw"));
    Path parent = Files.createDirectories(folder.resolve("unified"));
    Files.writeString(parent.resolve("cgroup.subtree_control"), "cpu");
    group("unified", "memory.max");
    groups.prepare(AGENT, 3, Map.of(Controller.MEMORY, 4096L));
    assertEquals("+memory", Files.readString(parent.resolve("cgroup.subtree_control")));
  }

  @Test
  void aGroupThatOneLimitMadeIsKeptForTheNext() throws Exception {
    ControlGroups groups = groups("4:pids:/\n", mount("/", "pids", "cgroup", "rw,pids"));
    Path group = group("pids");
    Files.setLastModifiedTime(group, FileTime.fromMillis(0));
    assertThrows(IOException.class, () -> groups.prepare(AGENT, 3, Map.of(Controller.PIDS, 9L)));
    assertEquals(FileTime.fromMillis(0), Files.getLastModifiedTime(group));
  }

  @Test
  void onlyGroupsOfTheSameAgentAreClearedAway() throws Exception {
    ControlGroups groups = groups("4:pids:/\n", mount("/", "pids", "cgroup", "rw,pids"));
    Path pids = Files.createDirectories(folder.resolve("pids"));
    Path earlier = Files.createDirectory(pids.resolve(NAME.replace(".3.", ".2.")));
    Path others = Files.createDirectory(pids.resolve(NAME.replace(".a.1", ".1")));
    group("pids", "pids.max");
    groups.prepare(AGENT, 3, Map.of(Controller.PIDS, 9L));
    assertTrue(Files.notExists(earlier));
    assertTrue(Files.exists(others));
    assertTrue(Files.exists(pids.resolve(NAME)));
    assertEquals("9", Files.readString(pids.resolve(NAME).resolve("pids.max")));
  }
}
