package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.ROOT;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.with;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;

/** Users, groups and capabilities of agents; needs root, which alone can change them. */
@Tag("full")
@Timeout(60)
final class IsolationIdentityTest {

  private static final IsolationSpec LEVEL_1 = level(IsolationLevel.LEVEL_1);
  private static final String CAPABILITIES = "grep -E 'Cap(Prm|Eff|Bnd)' /proc/self/status";
  private static final String ONLY_NET_BIND_SERVICE =
      """
      CapPrm:\t0000000000000400
      CapEff:\t0000000000000400
      CapBnd:\t0000000000000400
      """;

  @TempDir Path folder;
  private SandboxedAgent agent;

  @BeforeEach
  void setUp() throws IOException {
    assertTrue(ROOT, "these tests have to run as root");
    agent = new SandboxedAgent(folder, ProgramLookup.ofThisMachine(), Map.of());
  }

  @AfterEach
  void nothingIsLeftOver() throws IOException, InterruptedException {
    agent.close();
  }

  private static IsolationSpec as(String user, String group, String... capabilities) {
    return with(LEVEL_1, new SecurityContext(user, group, List.of(capabilities)));
  }

  @Test
  void aSetUserIdProgramGainsNothing() throws Exception {
    Path program =
        Files.copy(
            Path.of(ProgramLookup.ofThisMachine().require("id")),
            folder.toRealPath().resolve("rootid"));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setAttribute(program, "unix:mode", 04755);
    CommandExecution unrestricted =
        ProgramLookup.ofThisMachine()
            .run(
                "setpriv",
                List.of(
                    "--reuid=65534", "--regid=65534", "--clear-groups", program.toString(), "-u"));
    assertEquals("0", unrestricted.output(), "without isolation the program gains privileges");
    assertEquals("65534\n", agent.outputOf(as("nobody", null), program + " -u"));
  }

  @Test
  void anAgentRunsAsTheUserAndWithTheGroupOfItsCellAndWithNoOtherGroups() throws Exception {
    String script = "id -u; id -g; id -G; echo $HOME $USER";
    assertEquals(
        "65534\n65534\n65534\n/nonexistent nobody\n", agent.outputOf(as("nobody", null), script));
    assertEquals(
        "65534\n1\n1\n/nonexistent nobody\n", agent.outputOf(as("65534", "daemon"), script));
    assertEquals("0\n1\n1\n", agent.outputOf(as(null, "daemon"), "id -u; id -g; id -G"));
  }

  /** The tests have no other groups, so setpriv adds some before the sandbox is built. */
  @Test
  void otherGroupsOfThePitAreNotPassedOn() throws Exception {
    Path state = Files.createDirectory(folder.toRealPath().resolve("other"));
    StartOrder order = agent.order(as("nobody", null), "id -G");
    Launcher.Command own = new Launcher.Command(List.of("id", "-G"), Map.of(), Optional.empty());
    List<String> arguments = new ArrayList<>(List.of("--groups=4,24"));
    arguments.addAll(
        Sandbox.configured(new Settings(Map.of(), state), state).prepare(order, own).arguments());
    ProgramLookup programs = ProgramLookup.ofThisMachine();
    assertEquals("0 4 24", programs.run("setpriv", List.of("--groups=4,24", "id", "-G")).output());
    assertEquals("65534", programs.run("setpriv", arguments).output());
  }

  @Test
  void capabilitiesAreExactlyThoseListed() throws Exception {
    assertEquals(
        ONLY_NET_BIND_SERVICE,
        agent.outputOf(as(null, null, "CAP_NET_BIND_SERVICE"), CAPABILITIES));
    assertEquals(
        ONLY_NET_BIND_SERVICE,
        agent.outputOf(as("nobody", null, "CAP_NET_BIND_SERVICE"), CAPABILITIES));
  }

  @Test
  void anotherUserHasNoCapabilitiesOfItsOwn() throws Exception {
    assertTrue(
        agent.outputOf(as("nobody", null), CAPABILITIES).contains("CapEff:\t0000000000000000"));
  }
}
