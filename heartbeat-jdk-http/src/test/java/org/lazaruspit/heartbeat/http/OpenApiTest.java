package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.lazaruspit.heartbeat.HealthRegistry;

/** Checks that the description of the HTTP interface matches the server. */
class OpenApiTest {

  private static final Path DESCRIPTION = Path.of("../docs/http-api.yaml");

  /** Request with an expected status and type of the response's body. */
  private record Case(String method, String path, String headers, String body) {
    Case(String method, String path, String body) {
      this(method, path, "Authorization: Bearer master\r\n", body);
    }

    Case(String method, String path) {
      this(method, path, "");
    }

    Case with(String header) {
      return new Case(method, path, headers + header, body);
    }

    static Case by(String token, String method, String path, String body) {
      return new Case(
          method, path, token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n", body);
    }
  }

  /** Returns the described types of bodies by method, path and status. */
  private static Map<String, String> described() throws IOException {
    Map<String, String> found = new TreeMap<>();
    String path = "";
    String method = "";
    String status = "";
    boolean inPaths = false;
    for (String line : Files.readAllLines(DESCRIPTION)) {
      if (!line.startsWith(" ")) {
        inPaths = line.equals("paths:");
      } else if (inPaths && line.matches("  /\\S+:")) {
        path = line.strip().replaceFirst(":$", "");
      } else if (inPaths && line.matches("    (get|head|put|post|delete|options):")) {
        method = line.strip().replaceFirst(":$", "").toUpperCase(java.util.Locale.ROOT);
      } else if (inPaths && line.matches("        '\\d{3}':.*")) {
        status = line.strip().substring(1, 4);
        found.put(
            method + " " + path + " " + status,
            line.contains("responses/") ? "application/problem+json" : "");
      } else if (inPaths && line.matches("            (application/\\S+|text/\\S+):")) {
        found.put(method + " " + path + " " + status, line.strip().replaceFirst(":$", ""));
      }
    }
    return found;
  }

  private static final String WITHOUT_HOST = "no host";
  private static final String BIG = "x".repeat((1 << 20) + 1);

  private static Map<String, Case> cases() {
    Map<String, Case> cases = new LinkedHashMap<>();
    cases.put("GET /health 200", new Case("GET", "/health"));
    cases.put("GET /health 400", new Case("GET", "/health?status=x"));
    cases.put(
        "POST /heartbeat/{agent_id} 200", new Case("POST", "/heartbeat/known?incarnation=3", "{}"));
    cases.put("POST /heartbeat/{agent_id} 400", new Case("POST", "/heartbeat/known", "{"));
    cases.put("POST /heartbeat/{agent_id} 404", new Case("POST", "/heartbeat/new", "{}"));
    cases.put(
        "POST /heartbeat/{agent_id} 409", new Case("POST", "/heartbeat/known?incarnation=2", "{}"));
    cases.put("POST /heartbeat/{agent_id} 413", new Case("POST", "/heartbeat/known", BIG));
    cases.put(
        "POST /heartbeats 200", new Case("POST", "/heartbeats", "{\"agents\": {\"known\": {}}}"));
    cases.put("POST /heartbeats 400", new Case("POST", "/heartbeats", "{}"));
    cases.put("POST /heartbeats 413", new Case("POST", "/heartbeats", BIG));
    cases.put("GET /agent/{agent_id} 200", new Case("GET", "/agent/known"));
    cases.put("GET /agent/{agent_id} 400", new Case("GET", "/agent/%20"));
    cases.put("GET /agent/{agent_id} 404", new Case("GET", "/agent/new"));
    cases.put("PUT /agent/{agent_id} 201", new Case("PUT", "/agent/second", "{}"));
    cases.put("PUT /agent/{agent_id} 200", new Case("PUT", "/agent/second", "{}"));
    cases.put("PUT /agent/{agent_id} 400", new Case("PUT", "/agent/second", "[]"));
    cases.put("PUT /agent/{agent_id} 409", new Case("PUT", "/agent/known", "{\"incarnation\": 1}"));
    cases.put("PUT /agent/{agent_id} 413", new Case("PUT", "/agent/known", BIG));
    cases.put("PUT /agent/{agent_id} 429", new Case("PUT", "/agent/third", ""));
    cases.put("DELETE /agent/{agent_id} 204", new Case("DELETE", "/agent/second"));
    cases.put("DELETE /agent/{agent_id} 400", new Case("DELETE", "/agent/-x"));
    cases.put("DELETE /agent/{agent_id} 404", new Case("DELETE", "/agent/second"));
    cases.put(
        "POST /failure/{agent_id} 200", new Case("POST", "/failure/known", "{\"error\": \"x\"}"));
    cases.put("POST /failure/{agent_id} 400", new Case("POST", "/failure/known", "{}"));
    cases.put(
        "POST /failure/{agent_id} 404", new Case("POST", "/failure/new", "{\"error\": \"x\"}"));
    cases.put(
        "POST /failure/{agent_id} 409",
        new Case("POST", "/failure/known?incarnation=2", "{\"error\": \"x\"}"));
    cases.put("POST /failure/{agent_id} 413", new Case("POST", "/failure/known", BIG));
    cases.put("GET /events 503", new Case("GET", "/events"));
    cases.put("GET /livez 200", Case.by("", "GET", "/livez", ""));
    for (String path :
        List.of(
            "GET /health",
            "POST /heartbeat/{agent_id}",
            "POST /heartbeats",
            "GET /agent/{agent_id}",
            "PUT /agent/{agent_id}",
            "DELETE /agent/{agent_id}",
            "POST /failure/{agent_id}",
            "GET /events")) {
      String[] parts = path.replace("{agent_id}", "known").split(" ", -1);
      cases.put(path + " 401", Case.by("", parts[0], parts[1], ""));
      if (!parts[1].equals("/heartbeats")) {
        cases.put(path + " 403", Case.by("other", parts[0], parts[1], ""));
      }
    }
    cases.put(
        "POST /heartbeats 403",
        new Case(
            "POST",
            "/heartbeats",
            "Authorization: Bearer master\r\nOrigin: https://evil.example\r\n",
            "{}"));
    cases.put("GET /livez 400", new Case("GET", "/livez", WITHOUT_HOST, ""));
    cases.put("GET /events 400", new Case("GET", "/events", WITHOUT_HOST, ""));
    cases.put(
        "GET /livez 403",
        Case.by("", "GET", "/livez", "").with("Origin: https://evil.example\r\n"));
    return cases;
  }

  private static RawClient.Response responseTo(ServerFixture gateway, Case example)
      throws IOException {
    if (example.headers().equals(WITHOUT_HOST)) {
      try (RawClient client = RawClient.to(gateway.server())) {
        return client
            .send(example.method() + " " + example.path() + " HTTP/1.1\r\n\r\n")
            .response();
      }
    }
    return RawClient.once(
        gateway.server(), example.method(), example.path(), example.headers(), example.body());
  }

  @Test
  void everyPathAndStatusIsDescribedAndReturned() throws IOException {
    TokenCheck tokens =
        TokenCheck.builder().token("master").agentToken("stranger", "other").build();
    HealthRegistry registry = HealthRegistry.builder().maxAgents(2).registerUnknown(false).build();
    registry.register("known", Map.of(), 3);
    Map<String, String> described = described();
    List<String> wrong = new ArrayList<>();
    try (ServerFixture gateway =
            ServerFixture.open(registry, s -> s.tokens(tokens).handler(h -> h.eventReaders(1)));
        RawClient reader = RawClient.to(gateway.server())) {
      reader.send(
          "GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer master\r\n\r\n");
      String head = reader.line();
      assertEquals("HTTP/1.1 200 OK", head);
      cases()
          .forEach(
              (name, example) -> {
                try {
                  RawClient.Response response = responseTo(gateway, example);
                  String actual = name.replaceFirst("\\d+$", "") + response.status();
                  if (!actual.equals(name)
                      || !response.header("Content-Type").equals(described.get(name))) {
                    wrong.add(name + ": " + response);
                  }
                } catch (IOException e) {
                  wrong.add(name + ": " + e);
                }
              });
    }
    assertEquals(List.of(), wrong);
    TreeSet<String> actual = new TreeSet<>(cases().keySet());
    actual.add("GET /events 200");
    actual.add("POST /heartbeat/{agent_id} 429");
    assertEquals(actual, described.keySet());
    try (ServerFixture full =
        ServerFixture.open(HealthRegistry.builder().maxAgents(1).build(), s -> s)) {
      full.registry().register("a");
      assertEquals(429, full.request("POST", "/heartbeat/b", "").status());
    }
  }

  @Test
  void everyTypeOfProblemIsDescribed() throws Exception {
    String text = Files.readString(DESCRIPTION);
    List<String> missing = new ArrayList<>();
    for (java.lang.reflect.Field field : Problem.class.getDeclaredFields()) {
      if (field.getType() == String.class
          && field.getName().matches("[A-Z_]+")
          && !field.getName().equals("PREFIX")) {
        String type = String.valueOf(field.get(null));
        if (!text.contains("- " + type + "\n")) {
          missing.add(type);
        }
      }
    }
    assertEquals(List.of(), missing);
  }
}
