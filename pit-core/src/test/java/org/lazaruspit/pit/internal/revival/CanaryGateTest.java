package org.lazaruspit.pit.internal.revival;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.spi.AgentRef;

final class CanaryGateTest {

  private final AgentRef first = agent("first");
  private final AgentRef second = agent("second");
  private final AgentRef third = agent("third");
  private final Set<AgentRef> underWay = new HashSet<>();
  private final CanaryGate holds = new CanaryGate();

  private static AgentRef agent(String id) {
    return new AgentRef(new UUID(1, 1), id);
  }

  private Optional<String> gate(AgentRef agent) {
    return holds.gate(agent, underWay::contains);
  }

  private void heldThenDead(AgentRef agent, String shared) {
    holds.held(agent, shared);
    holds.dead(agent);
  }

  @Test
  void whoSharedTroubleComesBackOneFirstAndTheRestWhenThatOneIsHealthy() {
    heldThenDead(first, "gateway g");
    heldThenDead(second, "gateway g");
    heldThenDead(third, "gateway g");
    assertEquals(Optional.empty(), gate(first), "somebody has to go first");
    underWay.add(first);
    assertTrue(gate(second).orElseThrow().contains("first"), "and the others wait for it");
    assertTrue(gate(third).isPresent());
    underWay.remove(first);
    holds.alive(first);
    underWay.add(second);
    assertEquals(Optional.empty(), gate(third), "then nobody waits for anybody");
  }

  @Test
  void whenTheFirstIsGivenUpTheNextGoesFirst() {
    heldThenDead(first, "gateway g");
    heldThenDead(second, "gateway g");
    heldThenDead(third, "gateway g");
    underWay.add(first);
    holds.clear(first);
    underWay.remove(first);
    assertEquals(Optional.empty(), gate(second));
    underWay.add(second);
    assertTrue(gate(third).isPresent());
  }

  @Test
  void whoWasNotHeldWaitsForNobody() {
    heldThenDead(first, "gateway g");
    underWay.add(first);
    holds.dead(second);
    assertEquals(Optional.empty(), gate(second));
  }

  @Test
  void anotherGatewaysTroubleIsNoneOfItsBusiness() {
    heldThenDead(first, "gateway g");
    heldThenDead(second, "gateway h");
    underWay.add(first);
    assertEquals(Optional.empty(), gate(second));
  }

  @Test
  void whoLivesAfterTheTroubleIsNotDeadLater() {
    holds.held(first, "gateway g");
    holds.alive(first);
    holds.dead(first);
    heldThenDead(second, "gateway g");
    underWay.add(second);
    assertEquals(Optional.empty(), gate(first));
  }
}
