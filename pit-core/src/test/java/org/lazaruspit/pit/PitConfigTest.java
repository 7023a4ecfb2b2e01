package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.AutoRevive;
import org.lazaruspit.pit.PitConfig.InvalidConfigException;
import org.lazaruspit.pit.spi.Launcher;

final class PitConfigTest {

  private static final Path FILE = Path.of("/etc/pit/config.json");

  @Test
  void aMissingFileMeansDefaults(@TempDir Path folder) throws IOException {
    PitConfig config = PitConfig.load(folder.resolve("config.json"));
    assertEquals(Duration.ofSeconds(30), config.pollInterval());
    assertEquals(Duration.ofMinutes(5), config.timeout());
    assertEquals(3, config.maxRetries());
    assertEquals(Map.of(), config.gateways());
    assertEquals(Path.of("/var/missions"), config.missionsPath());
    assertEquals("INFO", config.logLevel());
    assertEquals("process", config.reviver());
    assertEquals("gateway-http", config.probe());
    assertEquals("file-lock", config.ownership());
    assertEquals(folder, config.stateDirectory());
    assertFalse(config.allowCellCommands());
    assertEquals(Optional.empty(), config.pluginDirectory());
    assertEquals(new PitConfig.Control("127.0.0.1", 0), config.control());
    assertEquals(AutoRevive.YES, config.defaultPolicies().autoRevive());
    assertEquals(new PitConfig.Limits(4, 60, 5, Duration.ofMinutes(15)), config.limits());
  }

  @Test
  void anUnreadableFileNeverMeansDefaults(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), "{\"timeout\": 5,");
    InvalidConfigException e =
        assertThrows(InvalidConfigException.class, () -> PitConfig.load(file));
    assertTrue(e.getMessage().contains("line 1"), e::getMessage);
    Files.write(file, new byte[] {'{', (byte) 0xff, '}'});
    assertThrows(InvalidConfigException.class, () -> PitConfig.load(file));
    Files.delete(file);
    Files.createDirectory(file);
    assertThrows(IOException.class, () -> PitConfig.load(file));
  }

  @Test
  void everySettingIsApplied() throws IOException {
    PitConfig config =
        PitConfig.parse(
            FILE,
            """
            {"poll_interval": 1, "timeout": 7, "max_retries": 0, "auto_revive": false,
             "gateways": ["http://127.0.0.1:9000", {"name": "g", "url": "https://h:1/p", "token_file": "/t"}],
             "missions_path": "~/missions", "log_level": "DEBUG", "reviver": "command",
             "launchers": {"default": {"command": ["python3", "{cell}/a.py"], "env": {"K": "V"}}},
             "agent_key": "cell", "state_directory": "/state", "allow_cell_commands": true,
             "plugin_directory": "~", "control": {"host": "localhost", "port": 7777},
             "limits": {"concurrent_revivals": 9, "revivals_per_minute": 8, "revivals_per_agent": 7,
                        "per_agent_window": 6},
             "plugins": {"command": {"user": "x", "list": [1, {"a": true}]}}}
            """);
    assertEquals(Duration.ofSeconds(1), config.pollInterval());
    assertEquals(Path.of(System.getProperty("user.home"), "missions"), config.missionsPath());
    assertEquals(
        URI.create("http://127.0.0.1:9000"), config.gateways().get("http://127.0.0.1:9000").uri());
    assertEquals(Path.of("/t"), config.gateways().get("g").tokenFile());
    assertEquals(URI.create("https://h:1/p/health"), config.gateways().get("g").resolve("/health"));
    assertEquals(
        Optional.of(
            new Launcher(
                "default", List.of("python3", "{cell}/a.py"), Map.of("K", "V"), Optional.empty())),
        config.launcherFor(null));
    assertEquals(PitConfig.AgentKey.CELL, config.agentKey());
    assertEquals(new PitConfig.Limits(9, 8, 7, Duration.ofSeconds(6)), config.limits());
    assertEquals(
        Map.of("user", "x", "list", List.of(1, Map.of("a", true))),
        config.plugins().get("command"));
    assertTrue(config.allowCellCommands());
    assertEquals(Optional.of(Path.of(System.getProperty("user.home"))), config.pluginDirectory());
    assertEquals(new PitConfig.Control("localhost", 7777), config.control());
    assertEquals(AutoRevive.ASK, config.defaultPolicies().autoRevive());
    assertEquals(0, config.defaultPolicies().maxRetries());
  }

  @Test
  void everyProblemIsReportedInOnePass() {
    InvalidConfigException e =
        assertThrows(
            InvalidConfigException.class,
            () -> PitConfig.parse(FILE, "{\"timeout\": 0,\n \"reviver\": 3,\n \"x\": null}"));
    assertEquals(3, e.problems().size());
    assertTrue(e.problems().get(1).contains("line 2"), e::getMessage);
  }

  @Property
  void arbitraryTextIsAConfigurationOrAReportedProblem(@ForAll String text) {
    try {
      PitConfig.parse(FILE, text);
    } catch (InvalidConfigException e) {
      assertTrue(!e.problems().isEmpty());
    }
  }
}
