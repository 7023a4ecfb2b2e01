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
  private final CanaryGate canaries = new CanaryGate();

  private static AgentRef agent(String id) {
    return new AgentRef(new UUID(1, 1), id);
  }

  private Optional<String> gate(AgentRef agent) {
    return canaries.gate(agent, underWay::contains);
  }

  private void heldThenDead(AgentRef agent, String shared) {
    canaries.held(agent, shared);
    canaries.dead(agent);
  }

  @Test
  void groupIsRevivedAfterItsCanaryIsHealthy() {
    heldThenDead(first, "gateway g");
    heldThenDead(second, "gateway g");
    heldThenDead(third, "gateway g");
    assertEquals(Optional.empty(), gate(first), "the first agent is the canary");
    underWay.add(first);
    assertTrue(gate(second).orElseThrow().contains("first"), "the others wait for the canary");
    assertTrue(gate(third).isPresent());
    underWay.remove(first);
    canaries.alive(first);
    underWay.add(second);
    assertEquals(Optional.empty(), gate(third), "no canary, no wait");
  }

  @Test
  void afterTheCanaryIsQuarantinedTheNextAgentIsTheCanary() {
    heldThenDead(first, "gateway g");
    heldThenDead(second, "gateway g");
    heldThenDead(third, "gateway g");
    underWay.add(first);
    canaries.clear(first);
    underWay.remove(first);
    assertEquals(Optional.empty(), gate(second));
    underWay.add(second);
    assertTrue(gate(third).isPresent());
  }

  @Test
  void anAgentThatWasNotHeldDoesNotWait() {
    heldThenDead(first, "gateway g");
    underWay.add(first);
    canaries.dead(second);
    assertEquals(Optional.empty(), gate(second));
  }

  @Test
  void anAgentDoesNotWaitForTheCanaryOfAnotherGateway() {
    heldThenDead(first, "gateway g");
    heldThenDead(second, "gateway h");
    underWay.add(first);
    assertEquals(Optional.empty(), gate(second));
  }

  @Test
  void anAgentAliveAfterTheTroubleLeavesItsGroup() {
    canaries.held(first, "gateway g");
    canaries.alive(first);
    canaries.dead(first);
    heldThenDead(second, "gateway g");
    underWay.add(second);
    assertEquals(Optional.empty(), gate(first));
  }
}
