package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lazaruspit.pit.testkit.RealPitFixture;

/** One forged heartbeat, and the documented way back, with a real gateway and a real process. */
final class ForgedIncarnationTest extends RealPitFixture {

  private int send(String method, String path, String body)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(gateway.uri() + path))
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void aForgedIncarnationHoldsTheAgentUntilItIsDeletedAtTheGatewayAndLifted() throws Exception {
    addAgent();
    try (LazarusPit pit = startPit("run", 3)) {
      await(RevivalStatus.REVIVED);
      assertEquals(
          400, send("POST", "/heartbeat/writer", "{\"incarnation\": 9223372036854775807}"));
      assertEquals(200, send("POST", "/heartbeat/writer", "{\"incarnation\": 1000000000}"));
      // The agent ends, since its heartbeats are refused.
      Revival ended = await(RevivalStatus.SUPERSEDED);
      assertTrue(
          ended
              .detail()
              .startsWith(
                  "held (config): its gateway knows incarnation 1000000000, started was only 2:"
                      + " if no other pit acts, DELETE /agent/writer at its gateway, then lift"),
          ended::detail);
      awaitRounds(2);
      assertEquals(
          List.of(Restriction.Kind.HELD),
          pit.engine().restrictions(AGENT).stream().map(Restriction::kind).toList());
      assertEquals(2, pit.engine().revivals().size());

      assertEquals(204, send("DELETE", "/agent/writer", ""));
      pit.engine().lift(AGENT, "the forged number is gone");
      assertEquals(3, await(RevivalStatus.REVIVED).incarnation());
      assertEquals(3, registry.find("writer").orElseThrow().incarnation());
    }
  }
}
