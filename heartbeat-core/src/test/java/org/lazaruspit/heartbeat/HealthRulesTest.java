package org.lazaruspit.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class HealthRulesTest {
  @Test
  void defaultsAreThoseOfTheSpecification() {
    HealthRules rules = HealthRules.DEFAULT;
    assertEquals(Duration.ofMinutes(5), rules.timeout());
    assertEquals(Duration.ofSeconds(30), rules.heartbeatInterval());
    assertEquals(
        List.of(1, 3, 1),
        List.of(rules.degradedAfter(), rules.unhealthyAfter(), rules.recoverAfter()));
    assertNull(rules.progressWindow());
    assertEquals(Duration.ofMinutes(5), rules.grace());
    assertEquals(Duration.ofHours(1), rules.waitingCeiling());
    assertEquals(new HealthRules.MassSilence(0.5, 10, Duration.ofMinutes(15)), rules.massSilence());
  }

  @Test
  void builderOfRulesKeepsUnchangedSettings() {
    HealthRules rules =
        HealthRules.builder()
            .timeout(Duration.ofSeconds(7))
            .heartbeatInterval(Duration.ofSeconds(2))
            .degradedAfter(2)
            .unhealthyAfter(4)
            .recoverAfter(3)
            .progressWindow(Duration.ofSeconds(60))
            .grace(Duration.ofSeconds(9))
            .waitingCeiling(Duration.ofSeconds(11))
            .withoutMassSilence()
            .build();
    assertEquals(rules.toString(), rules.toBuilder().build().toString());
    HealthRules changed = rules.toBuilder().recoverAfter(1).withoutProgressWindow().build();
    assertEquals(1, changed.recoverAfter());
    assertNull(changed.progressWindow());
    assertEquals(rules.timeout(), changed.timeout());
  }

  @Test
  void graceIsOneTimeoutUnlessSet() {
    HealthRules rules = HealthRules.builder().timeout(Duration.ofSeconds(7)).build();
    assertEquals(Duration.ofSeconds(7), rules.grace());
    assertEquals(
        Duration.ofSeconds(8), rules.toBuilder().timeout(Duration.ofSeconds(8)).build().grace());
  }

  @Test
  void settingOutOfRangeIsRefusedByName() {
    refused("timeout: PT-5S", rules -> rules.timeout(Duration.ofSeconds(-5)));
    refused("heartbeatInterval: PT0S", rules -> rules.heartbeatInterval(Duration.ZERO));
    refused("degradedAfter: 0", rules -> rules.degradedAfter(0));
    refused("unhealthyAfter: 0", rules -> rules.unhealthyAfter(0));
    refused("recoverAfter: -1", rules -> rules.recoverAfter(-1));
    refused("progressWindow: PT0S", rules -> rules.progressWindow(Duration.ZERO));
    refused("grace: PT0S", rules -> rules.grace(Duration.ZERO));
    refused("waitingCeiling: PT0S", rules -> rules.waitingCeiling(Duration.ZERO));
    refused("part 1.5", rules -> rules.massSilence(1.5, 10, Duration.ofDays(1)));
    refused("part NaN", rules -> rules.massSilence(Double.NaN, 10, Duration.ofDays(1)));
    refused("0 agents", rules -> rules.massSilence(0.5, 0, Duration.ofDays(1)));
    refused("heldAtMost: PT0S", rules -> rules.massSilence(0.5, 1, Duration.ZERO));
  }

  @Test
  void settingGivenTwiceIsRefusedWithTheEarlierValue() {
    refused(
        "timeout: given twice, PT1S and then PT2S",
        rules -> rules.timeout(Duration.ofSeconds(1)).timeout(Duration.ofSeconds(2)));
    refused("massSilence: given twice", rules -> rules.withoutMassSilence().withoutMassSilence());
  }

  @Test
  void thresholdsInTheWrongOrderAreRefused() {
    refused("unhealthyAfter: 3 is below degradedAfter: 5", rules -> rules.degradedAfter(5).build());
  }

  @Test
  void waitingIsCheckedAtCreation() {
    assertThrows(IllegalArgumentException.class, () -> Waiting.of(" "));
    assertThrows(IllegalArgumentException.class, () -> Waiting.of("x".repeat(201)));
    assertThrows(
        IllegalArgumentException.class, () -> Waiting.lasting("call", Duration.ofSeconds(-1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Waiting("call", Instant.EPOCH, Duration.ofSeconds(1)));
  }

  @Test
  void limitsOfARegistryAreChecked() {
    for (Consumer<HealthRegistryBuilder> bad :
        List.<Consumer<HealthRegistryBuilder>>of(
            builder -> builder.maxAgents(0),
            builder -> builder.maxMetadataBytes(-1),
            builder -> builder.maxKeyLength(0),
            builder -> builder.listenerQueue(-1),
            builder -> builder.checkInterval(Duration.ZERO),
            builder -> builder.maxAgents(1).maxAgents(2),
            builder -> builder.registerUnknown(true).registerUnknown(false))) {
      assertThrows(IllegalArgumentException.class, () -> bad.accept(HealthRegistry.builder()));
    }
  }

  private static void refused(String message, Consumer<HealthRules.Builder> setting) {
    HealthRules.Builder builder = HealthRules.builder();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> setting.accept(builder));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e::getMessage);
  }
}
