package org.lazaruspit.heartbeat.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @TempDir private Path dir = Path.of("");
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

  private static RawClient.Response request(
      ServerFixture gateway, String token, String method, String path, String body)
      throws IOException {
    return RawClient.once(
        gateway.server(), method, path, "Authorization: Bearer " + token + "\r\n", body);
  }

  @Test
  void tokenFileHasTokensForAllAgentsAndForOneAgent() throws IOException {
    Path file = Files.writeString(dir.resolve("tokens"), "# two\n\nmaster\n  a   token-of-a \n");
    TokenCheck check = TokenCheck.fromFile(file);
    try (ServerFixture gateway = ServerFixture.open(s -> s.tokens(check))) {
      assertEquals(200, request(gateway, "master", "POST", "/heartbeat/b", "").status());
      assertEquals(200, request(gateway, "token-of-a", "POST", "/heartbeat/a", "").status());
      assertEquals(403, request(gateway, "token-of-a", "POST", "/heartbeat/b", "").status());
    }
  }

  @Test
  void errorInATokenFileNamesItsLineAndNoToken() throws IOException {
    Path three = Files.writeString(dir.resolve("three"), "ok\none two three\n");
    String message =
        assertThrows(IllegalArgumentException.class, () -> TokenCheck.fromFile(three)).getMessage();
    assertEquals(three + ", line 2: expected TOKEN or AGENT_ID TOKEN, found 3 words", message);
    Path twice = Files.writeString(dir.resolve("twice"), "same\na same\n");
    String again =
        assertThrows(IllegalArgumentException.class, () -> TokenCheck.fromFile(twice)).getMessage();
    assertEquals("the token in " + twice + ", line 2 is given a second time", again);
    Path empty = Files.writeString(dir.resolve("empty"), "# nothing\n");
    assertThrows(IllegalArgumentException.class, () -> TokenCheck.fromFile(empty));
    assertFalse(TokenCheck.of("secret").toString().contains("secret"));
  }

  private Path file(String content) throws IOException {
    Path next = Files.writeString(dir.resolve("next"), content);
    return Files.move(next, dir.resolve("tokens"), StandardCopyOption.REPLACE_EXISTING);
  }

  private void aSecondPasses() {
    now.addAndGet(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void fileThatChangesIsReadAgainWithinASecond() throws IOException {
    TokenFile file = new TokenFile(file("old\n"), now::get);
    file("new\na token-of-a\n");
    assertNotNull(file.get().principal("old"), "one second has not passed");
    aSecondPasses();
    assertNull(file.get().principal("old"));
    assertEquals(Principal.UNRESTRICTED, file.get().principal("new"));
    assertEquals(Principal.of("a"), file.get().principal("token-of-a"));
  }

  @Test
  void invalidFileKeepsTheOldTokensValid() throws IOException {
    TokenFile file = new TokenFile(file("old\n"), now::get);
    for (String broken : List.of("", "one two three\n", "same\nsame\n")) {
      file(broken);
      aSecondPasses();
      assertEquals(Principal.UNRESTRICTED, file.get().principal("old"), broken);
      assertNull(file.get().principal("same"), broken);
    }
    Files.delete(dir.resolve("tokens"));
    aSecondPasses();
    assertNotNull(file.get().principal("old"));
    file("new\n");
    aSecondPasses();
    assertNull(file.get().principal("old"));
    assertNotNull(file.get().principal("new"));
  }

  @Test
  void unchangedFileIsNotReadAgain() throws IOException {
    TokenFile file = new TokenFile(file("old\n"), now::get);
    Tokens first = file.get();
    aSecondPasses();
    assertEquals(System.identityHashCode(first), System.identityHashCode(file.get()));
  }

  @Test
  void anotherFileOfTheSameLengthAndTimeIsReadAsWell() throws IOException {
    Path old = file("old\n");
    FileTime time = Files.getLastModifiedTime(old);
    TokenFile file = new TokenFile(old, now::get);
    Files.writeString(dir.resolve("other"), "new\n");
    Files.setLastModifiedTime(dir.resolve("other"), time);
    Files.move(dir.resolve("other"), old, StandardCopyOption.REPLACE_EXISTING);
    aSecondPasses();
    assertNull(file.get().principal("old"));
    assertNotNull(file.get().principal("new"));
  }

  @Test
  void runningServerAcceptsNewTokensAndRefusesOldTokens() throws Exception {
    TokenCheck check = TokenCheck.fromFile(file("old\n"));
    try (ServerFixture gateway = ServerFixture.open(s -> s.tokens(check))) {
      assertEquals(200, request(gateway, "old", "GET", "/health", "").status());
      file("new\n");
      int status = 401;
      for (int i = 0; status == 401 && i < 1_000; i++) {
        LockSupport.parkNanos(20_000_000);
        status = request(gateway, "new", "GET", "/health", "").status();
      }
      assertEquals(200, status);
      assertEquals(401, request(gateway, "old", "GET", "/health", "").status());
    }
  }

  @Test
  void tokenForAnAgentIsDerivedAsDescribed() {
    // Computed with Python's hmac module.
    assertEquals(
        "cell-1/writer-1.ad36f6711bfdf17a499ef2a2df040845ec299f6f77551e435f43a1ad99ae3649",
        TokenCheck.forAgent(SECRET, "cell-1", "writer-1"));
    assertThrows(IllegalArgumentException.class, () -> TokenCheck.forAgent("guessable", "c", "a"));
    for (String cell : List.of("", "a/b", "a b")) {
      assertThrows(
          IllegalArgumentException.class, () -> TokenCheck.forAgent(SECRET, cell, "a"), cell);
    }
  }

  @Test
  void derivedTokenPermitsItsAgentOnlyWithoutRegistration() throws IOException {
    TokenCheck check = TokenCheck.fromFile(file("other\n" + SECRET + "\nthird\n"));
    String own = TokenCheck.forAgent(SECRET, "c", "a.1");
    try (ServerFixture gateway = ServerFixture.open(s -> s.tokens(check))) {
      assertEquals(200, request(gateway, own, "POST", "/heartbeat/a.1", "").status());
      assertEquals("forbidden", request(gateway, own, "POST", "/heartbeat/a", "").problem());
      assertEquals("forbidden", request(gateway, own, "GET", "/health", "").problem());
      RawClient.Response many =
          request(gateway, own, "POST", "/heartbeats", "{\"agents\": {\"a.1\": {}, \"b\": {}}}");
      assertEquals(1, many.at("accepted"));
      String code = own.substring(own.lastIndexOf('.') + 1);
      for (String wrong :
          List.of(
              "c/a." + code,
              "d/a.1." + code,
              "a.1." + code,
              "/a.1." + code,
              code,
              "." + code,
              "a.1.",
              own.substring(0, own.length() - 1),
              own.toUpperCase(java.util.Locale.ROOT),
              TokenCheck.forAgent(SECRET + "x", "c", "a.1"))) {
        assertEquals(401, request(gateway, wrong, "POST", "/heartbeat/a.1", "").status(), wrong);
      }
      assertFalse(gateway.registry().find("b").isPresent());
    }
  }

  private static String ofCell(String cell) {
    return TokenCheck.forAgent(SECRET, cell, "a");
  }

  @Test
  void idBelongsToTheCellThatUsesItFirstUntilItsRemovalWithFullAccess() throws IOException {
    TokenCheck check = TokenCheck.of(SECRET);
    try (ServerFixture gateway = ServerFixture.open(s -> s.tokens(check))) {
      assertEquals(404, request(gateway, ofCell("2"), "GET", "/agent/a", "").status());
      assertEquals(400, request(gateway, ofCell("2"), "POST", "/heartbeat/a", "{").status());
      assertEquals(201, request(gateway, ofCell("1"), "PUT", "/agent/a", "").status());
      assertOnlyCell1MayUseTheId(gateway);
      assertEquals(200, request(gateway, SECRET, "PUT", "/agent/a", "").status());
      assertEquals(200, request(gateway, SECRET, "POST", "/heartbeat/a", "").status());
      assertOnlyCell1MayUseTheId(gateway);
      assertEquals(204, request(gateway, ofCell("1"), "DELETE", "/agent/a", "").status());
      assertEquals(403, request(gateway, ofCell("2"), "POST", "/heartbeat/a", "").status());
      assertEquals(200, request(gateway, ofCell("1"), "POST", "/heartbeat/a", "").status());
      assertEquals(204, request(gateway, SECRET, "DELETE", "/agent/a", "").status());
      assertEquals(200, request(gateway, ofCell("2"), "POST", "/heartbeat/a", "").status());
      assertEquals(403, request(gateway, ofCell("1"), "POST", "/heartbeat/a", "").status());
    }
  }

  private static void assertOnlyCell1MayUseTheId(ServerFixture gateway) throws IOException {
    String other = ofCell("2");
    for (String method : List.of("GET", "PUT", "DELETE")) {
      assertEquals("forbidden", request(gateway, other, method, "/agent/a", "").problem(), method);
    }
    assertEquals("forbidden", request(gateway, other, "POST", "/heartbeat/a", "").problem());
    assertEquals(
        "forbidden", request(gateway, other, "POST", "/failure/a", "{\"error\": \"x\"}").problem());
    RawClient.Response many =
        request(gateway, other, "POST", "/heartbeats", "{\"agents\": {\"a\": {}}}");
    assertEquals(0, many.at("accepted"));
    assertEquals(403, many.at("refused", "a", "status"));
    assertEquals(200, request(gateway, ofCell("1"), "POST", "/heartbeat/a", "").status());
  }

  @Test
  void idThatIsNoLongerRegisteredIsFree() throws IOException {
    TokenCheck check = TokenCheck.of(SECRET);
    try (ServerFixture gateway = ServerFixture.open(s -> s.tokens(check))) {
      assertEquals(200, request(gateway, ofCell("1"), "POST", "/heartbeat/a", "").status());
      gateway.registry().unregister("a");
      assertEquals(200, request(gateway, ofCell("2"), "POST", "/heartbeat/a", "").status());
    }
  }
}
