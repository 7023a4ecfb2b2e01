package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.heartbeat.AgentHealth;

class BadBodiesTest {

  private static ServerFixture gateway;

  @BeforeAll
  static void open() throws IOException {
    gateway = ServerFixture.open();
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  private static void refused(String path, String body, String problem) throws IOException {
    RawClient.Response response = gateway.request("POST", path, body);
    assertEquals(400, response.status(), body);
    assertEquals(problem, response.problem(), body);
    assertFalse(response.body().contains("Exception"), response.body());
    assertFalse(response.body().contains("jackson"), response.body());
    assertEquals(0, gateway.registry().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "[]",
        "5",
        "null",
        "\"text\"",
        "{",
        "{\"a\"",
        "{\"metadata\": {\"x\": 1}",
        "{} {}",
        "{'a': 1}",
        "{\"a\": 1, \"a\": 2}",
        "{\"a\": NaN}",
        "{\"a\": 01}",
        "{\"a\": \"\t\"}",
        "{\"a\": 1,}",
        "\u0000",
        "{\"metadata\": {\"x\": 1, \"x\": 2}}"
      })
  void bodyOtherThanAJsonObjectIsRefused(String body) throws IOException {
    refused("/heartbeat/a", body, "malformed-json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"metadata\": []}",
        "{\"metadata\": \"x\"}",
        "{\"metadata\": {\"x\": 1e999}}",
        "{\"response_time\": -1}",
        "{\"response_time\": \"1\"}",
        "{\"response_time\": 1e300}",
        "{\"response_time\": []}",
        "{\"incarnation\": -1}",
        "{\"incarnation\": 1.5}",
        "{\"incarnation\": \"1\"}",
        "{\"incarnation\": 1000000001}",
        "{\"incarnation\": 9223372036854775807}",
        "{\"incarnation\": 9223372036854775808}",
        "{\"progress\": true}",
        "{\"progress\": {}}",
        "{\"progress\": 1e999}",
        "{\"waiting\": true}",
        "{\"waiting\": {}}",
        "{\"waiting\": {\"for\": 5}}",
        "{\"waiting\": {\"for\": \" \"}}",
        "{\"waiting\": {\"for\": \"quota\", \"until\": \"soon\"}}",
        "{\"waiting\": {\"for\": \"quota\", \"until\": -5}}",
        "{\"waiting\": {\"for\": \"quota\", \"until\": []}}"
      })
  void fieldsWithValuesThatAreNotAllowedAreRefused(String body) throws IOException {
    refused("/heartbeat/a", body, "bad-field");
  }

  @Test
  void textsPastTheirBoundAreRefused() throws IOException {
    refused("/heartbeat/a", "{\"progress\": \"" + "x".repeat(1_001) + "\"}", "bad-field");
    refused("/heartbeat/a", "{\"waiting\": {\"for\": \"" + "x".repeat(201) + "\"}}", "bad-field");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "incarnation=",
        "incarnation=x",
        "incarnation=-1",
        "incarnation=1&incarnation=1",
        "incarnation=9999999999999999999",
        "incarnation=1.0",
        "incarnation=1000000001",
        "incarnation=999999999999999999",
        "incarnation"
      })
  void incarnationInTheQueryMustBeANumber(String query) throws IOException {
    refused("/heartbeat/a?" + query, "", "bad-field");
  }

  @Test
  void incarnationPastItsBoundIsRefusedAtEveryRouteAndMovesNothing() throws IOException {
    gateway.request("PUT", "/agent/a?incarnation=1000000000", "");
    String past = "{\"incarnation\": 1000000001, \"error\": \"x\"}";
    assertEquals("bad-field", gateway.request("PUT", "/agent/a", past).problem());
    assertEquals("bad-field", gateway.request("POST", "/failure/a", past).problem());
    RawClient.Response many =
        gateway.request("POST", "/heartbeats", "{\"agents\": {\"a\": " + past + ", \"b\": {}}}");
    assertEquals(
        "incarnation: expected a whole number from 0 to 1000000000 (line 1, column 34)",
        many.at("refused", "a", "detail"));
    AgentHealth unmoved = gateway.registry().find("a").orElseThrow();
    assertEquals(1_000_000_000, unmoved.incarnation());
    assertEquals(0, unmoved.consecutiveFailures());
    gateway.registry().unregister("a");
    gateway.registry().unregister("b");
  }

  @Test
  void incarnationsOfQueryAndBodyMustAgree() throws IOException {
    refused("/heartbeat/a?incarnation=1", "{\"incarnation\": 2}", "bad-field");
  }

  @Test
  void failureNeedsItsError() throws IOException {
    refused("/failure/a", "", "bad-field");
    refused("/failure/a", "{}", "bad-field");
    refused("/failure/a", "{\"error\": null}", "bad-field");
    refused("/failure/a", "{\"error\": 5}", "bad-field");
  }

  @Test
  void nestingNumbersAndNamesAreBounded() throws IOException {
    refused("/heartbeat/a", "{\"a\":".repeat(100) + "1" + "}".repeat(100), "malformed-json");
    refused("/heartbeat/a", "[".repeat(60_000), "malformed-json");
    refused("/heartbeat/a", "{\"metadata\": {\"x\": " + "9".repeat(200) + "}}", "malformed-json");
    refused("/heartbeat/a", "{\"" + "x".repeat(2_000) + "\": 1}", "malformed-json");
  }

  @Test
  void positionOfTheErrorIsInTheDetail() throws IOException {
    Object detail =
        gateway.request("POST", "/heartbeat/a", "{\n  \"incarnation\": \"x\"}").at("detail");
    assertEquals(
        "incarnation: expected a whole number from 0 to 1000000000 (line 2, column 18)", detail);
  }

  @Test
  void bodyPastItsBoundIsRefusedWhateverItContains() throws IOException {
    String spaces = " ".repeat((64 << 10) - 2);
    assertEquals(200, gateway.request("POST", "/heartbeat/b", spaces + "{}").status());
    gateway.registry().unregister("b");
    RawClient.Response response = gateway.request("POST", "/heartbeat/b", spaces + "{} ");
    assertEquals(413, response.status());
    assertEquals("body-too-large", response.problem());
    // The length is checked before the body is read.
    assertEquals("the body has 65537 bytes, the limit is 65536", response.at("detail"));
    assertEquals(0, gateway.registry().size());
  }

  @Test
  void lengthWithASignIsRefused() throws IOException {
    String head = "POST /heartbeat/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: +2\r\n\r\n{}";
    try (RawClient client = RawClient.to(gateway.server())) {
      assertEquals("bad-request", client.send(head).response().problem());
    }
    assertEquals(0, gateway.registry().size());
  }
}
