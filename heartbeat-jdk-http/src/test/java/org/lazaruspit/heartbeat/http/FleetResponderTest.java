package org.lazaruspit.heartbeat.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.heartbeat.AgentHealth;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

class FleetResponderTest {

  private static final int MANY = 100_000;

  private ServerFixture gateway;

  @BeforeEach
  void open() throws IOException {
    gateway = ServerFixture.open();
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  private HttpResponse<InputStream> health(String encoding) throws IOException {
    URI uri = URI.create(gateway.server().uri() + "/health");
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (!encoding.isEmpty()) {
      request.header("Accept-Encoding", encoding);
    }
    try {
      return HttpClient.newHttpClient()
          .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", ""})
  void responseWithAHundredThousandAgentsIsComplete(String encoding) throws IOException {
    for (int i = 0; i < MANY; i++) {
      gateway.registry().register("agent-" + i);
    }
    HttpResponse<InputStream> response = health(encoding);
    assertEquals(encoding, response.headers().firstValue("Content-Encoding").orElse(""));
    Set<String> ids = new HashSet<>();
    int total = 0;
    try (InputStream in =
            encoding.isEmpty() ? response.body() : new GZIPInputStream(response.body());
        JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), in)) {
      json.nextToken();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        json.nextToken();
        if (field.equals("agents")) {
          while (json.nextToken() != JsonToken.END_OBJECT) {
            ids.add(json.currentName());
            json.nextToken();
            json.skipChildren();
          }
        } else if (field.equals("total_agents")) {
          total = json.getIntValue();
        }
      }
    }
    assertEquals(MANY, total);
    assertEquals(MANY, ids.size());
  }

  @ParameterizedTest
  @CsvSource({
    "gzip, gzip",
    "'deflate, gzip;q=0.5, br', gzip",
    "GZIP, gzip",
    "gzip;q=0, ''",
    "gzip;q=0.000, ''",
    "identity, ''",
    "xgzip, ''",
    "'', ''"
  })
  void compressesIfTheClientAcceptsIt(String accepted, String used) throws IOException {
    gateway.registry().register("a", Map.of("k", "\u00fc"), 0);
    HttpResponse<InputStream> response = health(accepted);
    assertEquals(used, response.headers().firstValue("Content-Encoding").orElse(""));
    assertTrue(response.headers().allValues("Vary").contains("Accept-Encoding"));
    try (InputStream body =
        used.isEmpty() ? response.body() : new GZIPInputStream(response.body())) {
      Object json = JsonTree.of(new String(body.readAllBytes(), UTF_8));
      assertEquals("\u00fc", JsonTree.at(json, "agents", "a", "metadata", "k"));
    }
  }

  @Test
  void countsMatchTheShownAgentsDuringChanges() throws Exception {
    Thread busy =
        new Thread(
            () -> {
              for (int i = 0; !Thread.interrupted(); i++) {
                gateway.registry().register("agent-" + i % 500);
                gateway.registry().unregister("agent-" + (i * 7) % 500);
              }
            });
    busy.start();
    try (RawClient client = RawClient.to(gateway.server())) {
      for (int i = 0; i < 200; i++) {
        RawClient.Response response = client.request("GET", "/health");
        assertEquals(response.at("total_agents"), response.map("agents").size());
      }
    } finally {
      busy.interrupt();
      busy.join();
    }
  }

  @Test
  void agentVisitedTwiceIsWrittenAndCountedOnce() {
    gateway.registry().register("a");
    AgentHealth agent = gateway.registry().find("a").orElseThrow();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonWriter json = new JsonWriter(bytes)) {
      new FleetWriter(json, null)
          .write(
              action -> {
                action.accept(agent);
                action.accept(agent);
              },
              "instance");
    }
    String text = bytes.toString(UTF_8);
    assertEquals(1, JsonTree.at(JsonTree.of(text), "total_agents"));
    assertEquals(text.indexOf("\"a\":"), text.lastIndexOf("\"a\":"));
  }

  @Test
  void responseIsNeverOlderThanTheRequest() throws IOException {
    try (RawClient client = RawClient.to(gateway.server())) {
      for (int i = 0; i < 200; i++) {
        gateway.registry().heartbeat("agent-" + i);
        assertTrue(client.request("GET", "/health").map("agents").containsKey("agent-" + i));
      }
    }
  }
}
