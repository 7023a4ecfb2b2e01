package org.lazaruspit.pit.internal.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;

final class GatewayKeysTest {

  private static final AgentRef ONE = new AgentRef(new UUID(9, 1), "writer");
  private static final AgentRef TWO = new AgentRef(new UUID(1, 1), "writer");
  private static final EmbeddedRegistries NONE = new EmbeddedRegistries(Map.of(), null, List.of());

  @TempDir Path state;

  private PitConfig config(String text) throws IOException {
    return PitConfig.parse(state.resolve("config.json"), text);
  }

  private GatewayKeys keys() throws IOException {
    return new GatewayKeys(config("{}"), NONE, false);
  }

  private static boolean has(GatewayKeys keys, AgentRef agent, String gateway) {
    Optional<RevivalBlocker> taken = keys.take(agent, gateway);
    keys.save();
    return taken.isEmpty();
  }

  @Test
  void keyOutlivesThePit() throws IOException {
    assertTrue(has(keys(), ONE, "g"));
    GatewayKeys next = keys();
    assertFalse(has(next, TWO, "g"));
    assertTrue(has(next, ONE, "g"));
    assertTrue(has(next, TWO, "h"));
  }

  @Test
  void dryRunWritesNothing() throws IOException {
    assertTrue(has(new GatewayKeys(config("{}"), NONE, true), ONE, "g"));
    assertFalse(Files.exists(state.resolve("keys.jsonl")));
  }

  @Test
  void malformedLineIsIgnoredAndAnUnreadableRecordIsAnError() throws IOException {
    assertTrue(has(keys(), ONE, "g"));
    Path file = state.resolve("keys.jsonl");
    Files.writeString(file, "{\n[]\n{\"key\": 1}\n" + Files.readString(file));
    assertFalse(has(keys(), TWO, "g"));
    Files.delete(file);
    Files.createDirectory(file);
    assertThrows(IOException.class, this::keys);
  }

  @ParameterizedTest
  @CsvSource({
    "gateway, http://gateway:8080",
    "gateway, HTTP://GATEWAY:8080/",
    "http://gateway, http://gateway:80",
    "gateway_1, GATEWAY_1",
    "http://gateway, http://user@gateway",
    "https://gateway, https://gateway:443/",
    "http://gateway:1/x, http://gateway:1/x//"
  })
  void gatewayIsOneWhateverItsSpelling(String one, String other) throws IOException {
    GatewayKeys keys = keys();
    assertTrue(has(keys, ONE, one));
    assertFalse(has(keys, TWO, other));
  }

  @Test
  void namesOfOneRegistryShareItsKeys() throws IOException {
    try (HealthRegistry registry = HealthRegistry.create()) {
      EmbeddedRegistries embedded =
          new EmbeddedRegistries(Map.of("g", registry), registry, List.of("h"));
      GatewayKeys keys = new GatewayKeys(config("{}"), embedded, false);
      assertTrue(has(keys, ONE, "any"));
      assertFalse(has(keys, TWO, "g"));
      assertFalse(has(keys, TWO, "other"));
    }
  }

  @Test
  void keyThatNamesItsCellIsSharedByNoOther() throws IOException {
    GatewayKeys keys = new GatewayKeys(config("{\"agent_key\": \"cell\"}"), NONE, false);
    assertTrue(has(keys, ONE, "g"));
    assertTrue(has(keys, TWO, "g"));
    assertEquals(ONE.cellId() + ".writer", keys.key(ONE));
  }

  /** Probe that records the calls of its router. */
  private static final class Recorder implements HealthProbe {
    private final List<String> calls = new ArrayList<>();

    @Override
    public String name() {
      return "recorder";
    }

    @Override
    public List<ProbeResult> probe(List<ProbeTarget> targets) {
      return targets.stream()
          .map(target -> ProbeResult.of(target, Verdict.HEALTHY, "beats", Duration.ZERO))
          .toList();
    }

    @Override
    public void register(ProbeTarget target) {
      calls.add("register " + target.agent());
    }

    @Override
    public void unregister(ProbeTarget target) {
      calls.add("unregister " + target.key());
    }

    @Override
    public void heartbeat(ProbeTarget target, String heartbeat) {
      calls.add("heartbeat " + target.agent());
    }
  }

  private static ProbeTarget target(AgentRef agent) {
    return new ProbeTarget(agent, "writer", 1, Optional.of(new GatewayAddress("g", uri(), null)));
  }

  private static java.net.URI uri() {
    return java.net.URI.create("http://g:8080");
  }

  private ProbeRouter router(GatewayKeys keys, HealthProbe probe) {
    return new ProbeRouter(
        probe,
        NONE,
        new FallbackHealthRegistry(HealthRegistry.create()),
        keys,
        new HeartbeatFileMonitor.Settings(InstantSource.system(), Duration.ofSeconds(1)),
        beat -> {},
        false);
  }

  @Test
  void nothingIsSentToTheGatewayForAnAgentWhoseKeyIsTaken() throws Exception {
    GatewayKeys keys = keys();
    assertTrue(has(keys, ONE, "g"));
    Recorder gateway = new Recorder();
    ProbeRouter router = router(keys, gateway);
    router.register(target(TWO));
    router.begin(target(TWO));
    assertThrows(IOException.class, () -> router.heartbeat(target(TWO), ""));
    assertEquals(List.of(), gateway.calls);
    router.register(target(ONE));
    router.heartbeat(target(ONE), "");
    assertEquals(List.of("register " + ONE, "heartbeat " + ONE), gateway.calls);
  }

  @Test
  void gatewayForgetsAnEarlierAgentBeforeTheNewOneIsJudged() throws Exception {
    assertTrue(has(keys(), ONE, "g"));
    GatewayKeys keys = keys();
    keys.review(List.of());
    assertTrue(has(keys, TWO, "g"));
    Recorder gateway = new Recorder();
    ProbeRouter router = router(keys(), gateway);
    assertEquals(
        Verdict.UNKNOWN, router.probe(List.of(target(TWO))).get(TWO).verdict(), "of the other one");
    router.begin(target(TWO));
    assertEquals(List.of("unregister writer", "register " + TWO), gateway.calls);
    assertEquals(Verdict.HEALTHY, router.probe(target(TWO)).verdict());
    router(keys(), gateway).begin(target(TWO));
    assertEquals(2, gateway.calls.size(), "once, also for the next pit");
  }
}
