package org.lazaruspit.examples.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.pit.spi.Settings;

final class ZooKeeperSettingsTest {

  @TempDir Path folder;

  private ZooKeeperSettings read(Map<String, Object> values) {
    return ZooKeeperSettings.of(new Settings(values, folder));
  }

  private String refusal(Map<String, Object> values) {
    return assertThrows(IllegalArgumentException.class, () -> read(values)).getMessage();
  }

  @Test
  void onlyTheServersAreRequired() {
    ZooKeeperSettings settings = read(Map.of("connect", "zk1:2181, zk2:2181,[::1]:2181"));
    assertEquals("zk1:2181,zk2:2181,[::1]:2181", settings.connect());
    assertEquals("lazarus-pit", settings.namespace());
    assertEquals(Duration.ofSeconds(30), settings.sessionTimeout());
    assertEquals("pit-" + ProcessHandle.current().pid(), settings.name());
    assertEquals(Optional.empty(), settings.credentials());
  }

  @Test
  void allSettingsAreReadAndThePasswordIsHidden() throws IOException {
    Path file = Files.writeString(folder.resolve("credentials"), "pits:secret\n");
    ZooKeeperSettings settings =
        read(
            Map.of(
                "connect", "h:1",
                "namespace", "team/a",
                "session_timeout", 45,
                "name", "north",
                "credentials_file", file.toString()));
    assertEquals(
        new ZooKeeperSettings(
            "h:1", "team/a", Duration.ofSeconds(45), "north", Optional.of("pits:secret")),
        settings);
    assertFalse(settings.toString().contains("secret"), settings::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "zk1 | setting connect: \"zk1\" in \"zk1\" is not host:port",
        "zk1:2181,,zk2:2181 | setting connect: \"\" in \"zk1:2181,,zk2:2181\" is not host:port",
        "zk1:0 | setting connect: \"zk1:0\" in \"zk1:0\" is not host:port",
        "zk1:65536 | setting connect: \"zk1:65536\" in \"zk1:65536\" is not host:port",
        "zk1:x | setting connect: \"zk1:x\" in \"zk1:x\" is not host:port",
        "zk1:2181/pits | setting connect: \"zk1:2181/pits\" in \"zk1:2181/pits\" is not host:port; a path belongs into namespace",
      })
  void anInvalidConnectionStringIsRefusedWithTheReason(String connect, String message) {
    assertEquals(message, refusal(Map.of("connect", connect)));
  }

  @Test
  void otherInvalidSettingsAreRefusedByName() throws IOException {
    assertEquals(
        "setting connect: missing, expected host:port of every server, separated by commas",
        refusal(Map.of()));
    assertEquals(
        "setting namespace: \"/pits\" is not a path without a leading slash",
        refusal(Map.of("connect", "h:1", "namespace", "/pits")));
    assertEquals(
        "setting namespace: \"a/../b\" is not a path without a leading slash",
        refusal(Map.of("connect", "h:1", "namespace", "a/../b")));
    assertEquals(
        "setting session_timeout: 2 is not between 3 and 3600 seconds",
        refusal(Map.of("connect", "h:1", "session_timeout", 2)));
    assertEquals(
        "setting name: \"a b\" is not at most 64 letters, digits, '.', '_' or '-'",
        refusal(Map.of("connect", "h:1", "name", "a b")));
    assertTrue(
        refusal(Map.of("connect", "h:1", "credentials", "pits:secret"))
            .startsWith("setting credentials: unknown, expected one of [connect, credentials_file"),
        "a password in the configuration is refused");
    Path file = folder.resolve("credentials");
    assertTrue(
        refusal(Map.of("connect", "h:1", "credentials_file", file.toString()))
            .startsWith("setting credentials_file: " + file + " cannot be read"));
    Files.writeString(file, "secret");
    assertEquals(
        "setting credentials_file: " + file + " does not hold one line user:password",
        refusal(Map.of("connect", "h:1", "credentials_file", file.toString())));
  }
}
