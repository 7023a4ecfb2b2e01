package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.PitConfig.AgentKey;
import org.lazaruspit.pit.PitConfig.Control;
import org.lazaruspit.pit.PitConfig.Limits;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.Launcher;

final class PitConfigBuilderTest {

  private static final Path STATE = Path.of("/etc/pit");

  private static String refusal(UnaryOperator<PitConfigBuilder> settings) {
    return assertThrows(
            IllegalArgumentException.class, () -> settings.apply(PitConfig.builder(STATE)).build())
        .getMessage();
  }

  @Test
  void aBuilderWithoutSettingsEqualsAnEmptyFile() throws IOException {
    assertEquals(
        PitConfig.parse(STATE.resolve("config.json"), "{}"), PitConfig.builder(STATE).build());
  }

  @Test
  void everySettingOfAFileCanBeMadeInCodeAndIsKeptByToBuilder() throws IOException {
    PitConfig read =
        PitConfig.parse(
            STATE.resolve("config.json"),
            """
            {"poll_interval": 1, "timeout": 7, "max_retries": 0, "auto_revive": false,
             "gateways": [{"name": "g", "url": "https://h:1/p", "token_file": "/t"}],
             "missions_path": "/m", "log_level": "DEBUG", "reviver": "command",
             "probe": "carrier-pigeon",
             "ownership": "zookeeper",
             "launchers": {"default": {"command": ["a"]}}, "allow_cell_commands": true,
             "agent_key": "cell", "plugin_directory": "/p", "plugins": {"command": {"x": 1}},
             "state_directory": "/state", "control": {"host": "::1", "port": 9},
             "limits": {"concurrent_revivals": 9, "revivals_per_minute": 8, "revivals_per_agent": 7,
                        "per_agent_window": 6}}
            """);
    PitConfig made =
        PitConfig.builder(STATE)
            .pollInterval(Duration.ofSeconds(1))
            .timeout(Duration.ofSeconds(7))
            .maxRetries(0)
            .autoRevive(false)
            .gateway(new GatewayAddress("g", URI.create("https://h:1/p"), Path.of("/t")))
            .missionsPath(Path.of("/m"))
            .logLevel("DEBUG")
            .reviver("command")
            .probe("carrier-pigeon")
            .ownership("zookeeper")
            .launcher(new Launcher("default", List.of("a"), Map.of(), Optional.empty()))
            .allowCellCommands(true)
            .agentKey(AgentKey.CELL)
            .pluginDirectory(Path.of("/p"))
            .plugin("command", Map.of("x", 1))
            .stateDirectory(Path.of("/state"))
            .control(new Control("::1", 9))
            .limits(new Limits(9, 8, 7, Duration.ofSeconds(6)))
            .build();
    assertEquals(read, made);
    assertEquals(read, made.toBuilder().build());
    assertEquals(
        Duration.ofSeconds(2),
        made.toBuilder().pollInterval(Duration.ofSeconds(2)).build().pollInterval());
  }

  @Test
  void aValueGivenTwiceIsRefusedWithBothValues() {
    assertEquals(
        "maxRetries: given twice, 1 and then 2",
        refusal(builder -> builder.maxRetries(1).maxRetries(2)));
    assertEquals(
        "plugin p: given twice, {} and then {}",
        refusal(builder -> builder.plugin("p", Map.of()).plugin("p", Map.of())));
  }

  @Test
  void aValueOutOfRangeIsRefusedByName() {
    assertEquals(
        "pollInterval: PT0S is not between 1 s and 86400 s",
        refusal(builder -> builder.pollInterval(Duration.ZERO)));
    assertEquals(
        "timeout: PT8760H1S is not between 1 s and 31536000 s",
        refusal(builder -> builder.timeout(Duration.ofDays(365).plusSeconds(1))));
    assertEquals(
        "maxRetries: 101 is not between 0 and 100", refusal(builder -> builder.maxRetries(101)));
    assertEquals(
        "logLevel: LOUD is not one of [OFF, ERROR, WARN, INFO, DEBUG, TRACE]",
        refusal(builder -> builder.logLevel("LOUD")));
    assertEquals(
        "reviver: blank, expected the name of a plug-in", refusal(builder -> builder.reviver(" ")));
    assertEquals(
        "probe: blank, expected the name of a plug-in", refusal(builder -> builder.probe(" ")));
    assertEquals(
        "ownership: blank, expected the name of a plug-in",
        refusal(builder -> builder.ownership(" ")));
    assertEquals(
        "control: host 10.0.0.1 is not a loopback address",
        refusal(builder -> builder.control(new Control("10.0.0.1", 0))));
    assertEquals(
        "concurrentRevivals: 0 is not between 1 and 1000",
        refusal(builder -> builder.limits(new Limits(0, 1, 1, Duration.ofSeconds(1)))));
  }
}
