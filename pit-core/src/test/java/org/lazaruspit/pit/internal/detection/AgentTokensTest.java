package org.lazaruspit.pit.internal.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.probe.AgentToken;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeTarget;

final class AgentTokensTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final AgentRef AGENT = new AgentRef(new UUID(1, 2), "writer");

  @TempDir Path folder;
  private AgentTokens tokens;

  @BeforeEach
  void make() {
    tokens = new AgentTokens(folder.resolve("state"));
  }

  private static ProbeTarget target(@Nullable Path tokenFile) {
    return new ProbeTarget(
        AGENT,
        "cell.writer",
        1,
        Optional.of(new GatewayAddress("g", URI.create("http://127.0.0.1:1"), tokenFile)));
  }

  private Path secret(String text) throws IOException {
    return Files.writeString(folder.resolve("secret"), text);
  }

  /** Expected value from {@code openssl dgst -sha256 -hmac}. */
  @Test
  void tokenIsTheCellAndTheKeyAndTheirHmacUnderThePitsToken() {
    assertEquals(
        "00000000-0000-0001-0000-000000000002/writer."
            + "97fe4b27ada4d81b20d3b2ef7c154a7744d25f582de5abbbddaf8521796d84e5",
        AgentToken.derive(SECRET, AGENT.cellId(), "writer"));
  }

  @Test
  void onlyItsOwnerMayReadItAndItIsWrittenAnewWithEachSecret() throws IOException {
    Path file = tokens.issue(target(secret(SECRET + "\n"))).orElseThrow();
    assertEquals(
        AgentToken.derive(SECRET, AGENT.cellId(), "cell.writer") + "\n", Files.readString(file));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(
        "rwx--x--x",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
    String other = SECRET.replace('0', 'x');
    assertEquals(Optional.of(file), tokens.issue(target(secret(other))));
    assertEquals(
        AgentToken.derive(other, AGENT.cellId(), "cell.writer") + "\n", Files.readString(file));
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void aGatewayWithoutATokenHasNoAgentTokens() throws IOException {
    assertEquals(Optional.empty(), tokens.issue(target(null)));
  }

  @Test
  void noTokenIsDerivedFromAShortSecret() throws IOException {
    assertEquals(Optional.empty(), tokens.issue(target(secret("short"))));
    assertEquals(Optional.empty(), tokens.issue(target(secret(SECRET.substring(1) + " \n"))));
  }

  @Test
  void agentsOfOneNameInTwoCellsHaveTwoFiles() throws IOException {
    ProbeTarget one = target(secret(SECRET));
    ProbeTarget two =
        new ProbeTarget(new AgentRef(new UUID(1, 3), "writer"), "other", 1, one.gateway());
    Path file = tokens.issue(one).orElseThrow();
    assertNotEquals(file, tokens.issue(two).orElseThrow());
    assertEquals(
        AgentToken.derive(SECRET, AGENT.cellId(), "cell.writer") + "\n", Files.readString(file));
  }

  @Test
  void aSecretThatCannotBeReadIsAnError() {
    assertThrows(IOException.class, () -> tokens.issue(target(folder.resolve("none"))));
  }
}
