package org.lazaruspit.pit.internal.probe;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.http.HeartbeatServer;
import org.lazaruspit.pit.contract.HealthProbeContract;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeTarget;

final class GatewayProbeContractTest extends HealthProbeContract {

  private HealthRegistry registry;
  private HeartbeatServer gateway;

  @BeforeEach
  void open() throws IOException {
    registry = HealthRegistry.create();
    gateway = HeartbeatServer.builder(registry).port(0).start();
    registry.heartbeat("healthy", Heartbeat.builder().incarnation(3).build());
  }

  @AfterEach
  void close() {
    gateway.close();
    registry.close();
  }

  @Override
  protected HealthProbe newProbe() {
    return new GatewayProbe();
  }

  private static ProbeTarget target(String id, URI uri) {
    return new ProbeTarget(
        new AgentRef(new UUID(1, 1), id),
        id,
        3,
        Optional.of(new GatewayAddress(uri.toString(), uri, null)));
  }

  @Override
  protected ProbeTarget healthy() {
    return target("healthy", gateway.uri());
  }

  @Override
  protected Optional<ProbeTarget> unknown() {
    return Optional.of(target("unknown", gateway.uri()));
  }

  @Override
  protected Optional<ProbeTarget> unreachable() {
    return Optional.of(
        target("far", URI.create("http://127.0.0.1:1"))); // no server on the port of tcpmux
  }
}
