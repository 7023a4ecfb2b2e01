package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RawSocketTest {

  private ServerFixture gateway;
  private RawClient client;

  @BeforeEach
  void open() throws IOException {
    gateway = ServerFixture.open();
    client = RawClient.to(gateway.server());
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    gateway.close();
  }

  @Test
  void requestMayArriveByteByByte() throws IOException {
    String request =
        "POST /heartbeat/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 27\r\n\r\n{\"metadata\": {\"x\": \"\u00fc\"}}  ";
    for (byte b : request.getBytes(StandardCharsets.UTF_8)) {
      client.send(new byte[] {b});
    }
    assertEquals(200, client.response().status());
    assertEquals(Map.of("x", "\u00fc"), gateway.registry().find("a").orElseThrow().metadata());
  }

  @Test
  void bodyMayBeChunked() throws IOException {
    client.send(
        "POST /heartbeat/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    client
        .send("5\r\n{\"pro\r\n")
        .send("3\r\ngre\r\n")
        .send("8\r\nss\": 12}\r\n")
        .send("0\r\n\r\n");
    assertEquals(200, client.response().status());
    assertEquals(12, gateway.registry().find("a").orElseThrow().progress());
  }

  @Test
  void chunkedBodyPastItsBoundIsRefused() throws IOException {
    client.send(
        "POST /heartbeat/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    String chunk = "4000\r\n" + " ".repeat(0x4000) + "\r\n";
    for (int i = 0; i < 5; i++) {
      client.send(chunk);
    }
    client.send("0\r\n\r\n");
    assertEquals("body-too-large", client.response().problem());
    assertEquals(0, gateway.registry().size());
  }

  @Test
  void senderOfAMuchTooLongBodyGetsTheResponse() throws IOException {
    client.send("POST /heartbeat/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n");
    client.send(new byte[500_000]);
    assertEquals(413, client.response().status());
    assertEquals(200, client.request("POST", "/heartbeat/a").status());
  }

  @Test
  void bodyOfManyHeartbeatsMayHaveAMebibyte() throws IOException {
    String start = "{\"agents\": {\"a\": {}";
    String padded = start + " ".repeat((1 << 20) - start.length() - 2) + "}}";
    assertEquals(200, client.request("POST", "/heartbeats", padded).status());
    assertEquals(413, client.request("POST", "/heartbeats", padded + " ").status());
  }

  @Test
  void requestsMayBePipelined() throws IOException {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      requests
          .append("POST /heartbeat/a")
          .append(i)
          .append(" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
    }
    client.send(requests.toString());
    for (int i = 0; i < 20; i++) {
      assertEquals("a" + i, client.response().at("agent_id"));
    }
  }

  @Test
  void connectionIsKeptAliveAlsoAfterRefusals() throws IOException {
    for (int i = 0; i < 5; i++) {
      assertEquals(200, client.request("POST", "/heartbeat/a", "{}").status());
      assertEquals(400, client.request("POST", "/heartbeat/a", "{").status());
      assertEquals(404, client.request("POST", "/nothing", "{\"some\": \"body\"}").status());
      assertEquals(405, client.request("PUT", "/heartbeat/a", "{}").status());
      assertEquals(404, client.request("DELETE", "/agent/b").status());
    }
  }

  @Test
  void connectionIsClosedOnRequestOfTheClient() throws IOException {
    assertEquals(200, client.request("POST", "/heartbeat/a", "Connection: close\r\n", "").status());
    assertTrue(client.isCutOff());
  }

  @Test
  void clientThatHalfClosesItsConnectionGetsItsResponse() throws IOException {
    client.send("POST /heartbeat/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
    client.socket().shutdownOutput();
    assertEquals(200, client.response().status());
    assertTrue(client.isCutOff());
  }

  @Test
  void bodyThatEndsTooEarlyChangesNothing() throws IOException {
    client.send("POST /heartbeat/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\n{}");
    client.socket().shutdownOutput();
    assertTrue(client.isCutOff());
    assertFalse(gateway.registry().find("a").isPresent());
  }

  @Test
  void clientThatExpectsContinueGetsIt() throws IOException {
    client.send(
        "POST /heartbeat/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assertEquals(100, client.response().status());
    client.send("{}");
    assertEquals(200, client.response().status());
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() throws IOException {
    client.send(
        "POST /heartbeat/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 24\r\n\r\n{\"metadata\": {\"x\": \"");
    client.send(new byte[] {(byte) 0xfc, '"', '}', '}'});
    // Latin-1 for a u with two dots, which is invalid UTF-8.
    assertEquals("malformed-json", client.response().problem());
    assertEquals(0, gateway.registry().size());
  }

  @Test
  void textsInAnyScriptComeBackUnchanged() throws IOException {
    String name =
        "Zo\u00eb \u65e5\u672c \ud83d\udc80 \u0645\u0631\u062d\u0628\u0627 \\u0001 \\\" \\\\";
    client.request("POST", "/heartbeat/a", "{\"metadata\": {\"" + name + "\": \"" + name + "\"}}");
    String shown = "Zo\u00eb \u65e5\u672c \ud83d\udc80 \u0645\u0631\u062d\u0628\u0627 \u0001 \" \\";
    assertEquals(Map.of(shown, shown), client.request("GET", "/agent/a").map("metadata"));
  }

  @Test
  void requestOfHttp10GetsAResponse() throws IOException {
    client.send("GET /livez HTTP/1.0\r\n\r\n");
    assertEquals(200, client.response().status());
    assertTrue(client.isCutOff());
  }

  @Test
  void requestOfHttp11NeedsItsHost() throws IOException {
    client.send("GET /livez HTTP/1.1\r\n\r\n");
    assertEquals("bad-request", client.response().problem());
  }

  @Test
  void headersPastTheJdksBoundsAreCutOff() throws IOException {
    client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n");
    try {
      for (int i = 0; i < 60; i++) {
        client.send("X-" + i + ": " + "y".repeat(8_000) + "\r\n");
      }
      client.send("\r\n");
    } catch (IOException e) {
      // Cut off during the send.
    }
    assertTrue(client.isCutOff());
    assertEquals(200, gateway.request("GET", "/livez").status());
  }

  @Test
  void absoluteFormOfTheTargetIsAccepted() throws IOException {
    client.send("POST http://localhost/heartbeat/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertEquals("a", client.response().at("agent_id"));
  }
}
