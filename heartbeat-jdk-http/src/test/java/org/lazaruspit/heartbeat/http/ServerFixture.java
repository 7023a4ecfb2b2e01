package org.lazaruspit.heartbeat.http;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.lazaruspit.heartbeat.HealthRegistry;

/** Registry and server on a free port, closed together. */
record ServerFixture(HealthRegistry registry, HeartbeatServer server) implements AutoCloseable {

  static ServerFixture open() throws IOException {
    return open(HealthRegistry.create(), settings -> settings);
  }

  static ServerFixture open(UnaryOperator<HeartbeatServer.Builder> settings) throws IOException {
    return open(HealthRegistry.create(), settings);
  }

  static ServerFixture open(
      HealthRegistry registry, UnaryOperator<HeartbeatServer.Builder> settings) throws IOException {
    return new ServerFixture(
        registry, settings.apply(HeartbeatServer.builder(registry).port(0)).start());
  }

  RawClient.Response request(String method, String path, String body) throws IOException {
    return RawClient.once(server, method, path, body);
  }

  RawClient.Response request(String method, String path) throws IOException {
    return RawClient.once(server, method, path, "");
  }

  @Override
  public void close() {
    server.close();
    registry.close();
  }
}
