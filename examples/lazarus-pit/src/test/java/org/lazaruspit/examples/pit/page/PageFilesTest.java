package org.lazaruspit.examples.pit.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.examples.pit.SmallFleet;
import org.lazaruspit.examples.pit.Stage;
import org.lazaruspit.examples.pit.service.Daemon;
import org.lazaruspit.examples.pit.text.Json;
import tools.jackson.databind.JsonNode;

/** Files and data of the page, over real HTTP. */
@Timeout(60)
final class PageFilesTest {

  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();

  private HttpRequest.Builder to(Daemon daemon, String path) {
    return HttpRequest.newBuilder(daemon.url().resolve(path));
  }

  private HttpResponse<String> get(Daemon daemon, String path)
      throws IOException, InterruptedException {
    return client.send(to(daemon, path).build(), BodyHandlers.ofString());
  }

  @Test
  void everyFileThatThePageNamesIsServedWithoutATokenAndStrictly() throws Exception {
    Pattern named = Pattern.compile("(?:href|src)=\"(/[^\"#]*)\"|from '\\./([a-z]+\\.js)'");
    try (Daemon daemon = new SmallFleet(folder).start()) {
      Set<String> todo = new LinkedHashSet<>(Set.of("/"));
      List<String> done = new ArrayList<>();
      while (!todo.isEmpty()) {
        String path = todo.iterator().next();
        todo.remove(path);
        done.add(path);
        HttpResponse<String> file = get(daemon, path);
        assertEquals(200, file.statusCode(), path);
        assertStrict(file);
        Matcher names = named.matcher(file.body());
        while (names.find()) {
          String name = names.group(1) == null ? "/page/" + names.group(2) : names.group(1);
          if (!done.contains(name)) {
            todo.add(name);
          }
        }
      }
      assertEquals(14, done.size(), done::toString);
      assertEquals(404, get(daemon, "/page/nothing.js").statusCode());
      assertEquals(404, get(daemon, "/page/..%2Fpage%2Findex.html").statusCode());
      assertEquals(401, get(daemon, "/page").statusCode());
    }
  }

  private static void assertStrict(HttpResponse<String> file) {
    String policy = file.headers().firstValue("Content-Security-Policy").orElseThrow();
    assertTrue(
        policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self'"), policy);
    assertTrue(policy.contains("frame-ancestors 'none'"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    assertEquals("nosniff", file.headers().firstValue("X-Content-Type-Options").orElse(""));
    assertEquals("no-referrer", file.headers().firstValue("Referrer-Policy").orElse(""));
    String text = file.body();
    assertFalse(text.contains("<style") || text.contains(" style="), "inline style");
    assertFalse(Pattern.compile("<script(?![^>]* src=)| on[a-z]+=\"").matcher(text).find());
    assertFalse(text.contains("innerHTML") || text.contains("eval("), "markup from text");
    for (Matcher url = Pattern.compile("https?://[^\\s'\")]+").matcher(text); url.find(); ) {
      String address = url.group();
      assertTrue(
          address.startsWith("http://www.w3.org/2000/svg")
              || address.startsWith("https://html.spec.whatwg.org/"),
          () -> "an outside resource: " + address);
    }
  }

  @Test
  void fleetNeedsTheToken() throws Exception {
    try (Stage stage = new Stage(folder)) {
      UUID mission = stage.mission("Sort");
      stage.agent(mission, "a", "Ann");
      Daemon daemon = stage.start();
      for (String path : List.of("/api/fleet", "/api/events", "/api/revivals/x")) {
        assertEquals(401, get(daemon, path).statusCode(), path);
      }
      HttpRequest events = authorized(daemon, stage, "/api/events");
      HttpResponse<InputStream> stream = client.send(events, BodyHandlers.ofInputStream());
      assertEquals("text/event-stream", stream.headers().firstValue("Content-Type").orElse(""));
      try (java.io.BufferedReader lines =
          new java.io.BufferedReader(new java.io.InputStreamReader(stream.body(), UTF_8))) {
        assertEquals("event: fleet", lines.readLine());
        // Before the end of the first round, the agent comes with a later event.
        String line = lines.readLine();
        while (line != null && !line.contains("\"agent_id\":\"a\"")) {
          line = lines.readLine();
        }
        assertTrue(line != null && line.contains("\"name\":\"Ann\""), line);
      }
      JsonNode fleet =
          Json.parse(
              client
                  .send(authorized(daemon, stage, "/api/fleet"), BodyHandlers.ofByteArray())
                  .body());
      assertEquals("Sort", fleet.at("/cells/0/mission_name").asString());
      assertEquals("healthy", fleet.at("/agents/0/status").asString());
      assertTrue(fleet.at("/agents/0/last_heartbeat").asString().startsWith("20"));
    }
  }

  private static HttpRequest authorized(Daemon daemon, Stage stage, String path)
      throws IOException {
    URI uri = daemon.url().resolve(path);
    return HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + stage.token()).build();
  }

  @Test
  void moreReadersThanThereArePlacesForAreTurnedAwayUntilOneLeaves() throws Exception {
    try (Stage stage = new Stage(folder)) {
      Daemon daemon = stage.start();
      HttpRequest request = authorized(daemon, stage, "/api/events");
      List<InputStream> readers = new ArrayList<>();
      for (int i = 0; i < FleetEvents.MAX_READERS; i++) {
        InputStream reader = client.send(request, BodyHandlers.ofInputStream()).body();
        assertEquals('e', reader.read(), "its first event");
        readers.add(reader);
      }
      HttpResponse<String> refused = client.send(request, BodyHandlers.ofString());
      assertEquals(503, refused.statusCode());
      assertEquals("5", refused.headers().firstValue("Retry-After").orElse(""));
      for (InputStream reader : readers) {
        reader.close();
      }
      // A place is free as soon as its thread has noticed the end.
      HttpResponse<InputStream> taken = client.send(request, BodyHandlers.ofInputStream());
      while (taken.statusCode() == 503) {
        taken.body().close();
        Thread.onSpinWait();
        taken = client.send(request, BodyHandlers.ofInputStream());
      }
      assertEquals('e', taken.body().read());
      taken.body().close();
    }
  }
}
