package org.lazaruspit.examples.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.CellOwnership.Claim;
import org.lazaruspit.pit.spi.Settings;

/** One real server, and everything that can stand between it and a pit. */
@Tag("full")
@Timeout(120)
final class EnsembleTroubleTest {

  private static TestingServer server;

  @TempDir Path folder;
  private final List<CellOwnership> made = new ArrayList<>();
  private final AtomicLong ahead = new AtomicLong();

  /** A pit's clocks that a test can set ahead, as if its process had been stopped for so long. */
  private final Clocks clocks =
      new Clocks(
          () -> System.nanoTime() + ahead.get(),
          () -> System.currentTimeMillis() + ahead.get() / 1_000_000);

  private String namespace;

  @BeforeAll
  static void startServer() throws Exception {
    server = new TestingServer();
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @BeforeEach
  void nameSpace(TestInfo test) {
    namespace = test.getTestMethod().orElseThrow().getName();
  }

  @AfterEach
  void close() {
    made.forEach(CellOwnership::close);
  }

  private CellOwnership pit(String connect, int session, String... more) {
    return pit(Clocks.SYSTEM, connect, session, more);
  }

  private CellOwnership pit(Clocks with, String connect, int session, String... more) {
    Map<String, Object> values = new HashMap<>();
    values.put("connect", connect);
    values.put("namespace", namespace);
    values.put("session_timeout", session);
    for (int i = 0; i < more.length; i += 2) {
      values.put(more[i], more[i + 1]);
    }
    CellOwnership ownership = ZooKeeperOwnership.configured(new Settings(values, folder), with);
    made.add(ownership);
    return ownership;
  }

  private static UUID cell(int number) {
    return new UUID(7, number);
  }

  private Claim claim(CellOwnership by, int cell) throws IOException {
    return by.claim(cell(cell), folder).orElseThrow();
  }

  private String refusal(CellOwnership by) {
    return assertThrows(IOException.class, () -> by.claim(cell(1), folder)).getMessage();
  }

  private interface Question {
    boolean ask() throws IOException;
  }

  private static void await(Question question) throws IOException, InterruptedException {
    while (!question.ask()) {
      TimeUnit.MILLISECONDS.sleep(20); // the test's own time-out ends it
    }
  }

  @Test
  void aServerThatIsNotThereIsToldByName() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    CellOwnership nobody = pit("127.0.0.1:" + port, 3);
    String first = refusal(nobody);
    assertTrue(first.contains("no cell is claimed: the ensemble 127.0.0.1:" + port + " "), first);
    assertTrue(refusal(nobody).contains("does not answer"), "and said at once the next time");
  }

  @Test
  void whoHasNotTheSameCredentialsOwnsNothing() throws IOException {
    Path right = Files.writeString(folder.resolve("right"), "pits:secret\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "pits:guess\n");
    String connect = server.getConnectString();
    CellOwnership one = pit(connect, 60, "credentials_file", right.toString());
    assertTrue(claim(one, 1).held());
    CellOwnership guessing = pit(connect, 3, "credentials_file", wrong.toString());
    String said = refusal(guessing);
    assertTrue(said.endsWith("the credentials do not fit"), said);
    String without = refusal(pit(connect, 3));
    assertTrue(without.endsWith("the credentials are missing"), without);
    CellOwnership other = pit(connect, 60, "credentials_file", right.toString());
    assertEquals(Optional.empty(), other.claim(cell(1), folder));
  }

  @Test
  void whoWasStoppedForLongerThanHalfOfItsSessionOwnsNothingWhenItWakes() throws Exception {
    CellOwnership stopped = pit(clocks, server.getConnectString(), 60);
    Claim before = claim(stopped, 1);
    assertTrue(before.held());
    ahead.addAndGet(Duration.ofSeconds(30).toNanos());
    assertFalse(before.held());
    // A sign of life that comes through now does not bring it back.
    before.close();
    await(() -> gets(stopped, 2));
    assertFalse(before.held());
    assertEquals(
        Optional.empty(), stopped.claim(cell(1), folder), "its last life is not buried yet");
  }

  /** False also while it has no place among the others. */
  private boolean gets(CellOwnership pit, int cell) {
    try {
      return pit.claim(cell(cell), folder).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whatACutOffPitOwnedIsTheOthersOnceItHasGivenItUp() throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
    try (Wires wires = new Wires(List.of(address))) {
      CellOwnership cut = pit(wires.connect(), 4);
      Claim lost = claim(cut, 1);
      CellOwnership other = pit(server.getConnectString(), 4);
      assertEquals(Optional.empty(), other.claim(cell(1), folder));
      wires.cut();
      List<Claim> taken = new ArrayList<>();
      await(
          () -> {
            boolean held = lost.held();
            other.claim(cell(1), folder).ifPresent(taken::add);
            assertTrue(taken.isEmpty() || !held, "both have it");
            return !taken.isEmpty();
          });
      assertTrue(taken.get(0).epoch() > lost.epoch());
      String alone = refusal(cut);
      assertTrue(alone.startsWith("no cell is claimed: "), alone);
      lost.close();
      wires.mend();
      await(() -> gets(cut, 2));
      assertFalse(lost.held());
      assertTrue(taken.get(0).held());
    }
  }

  /** The answer to a release is lost, and perhaps the release: nobody is shut out for good. */
  @Test
  void whatWasNeverAnsweredIsSettledWhileTheOwnerLivesOn() throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
    try (Wires wires = new Wires(List.of(address))) {
      CellOwnership one = pit(wires.connect(), 90);
      Claim kept = claim(one, 0);
      Claim let = claim(one, 1);
      wires.cut();
      let.close();
      assertFalse(let.held());
      assertThrows(IOException.class, () -> one.claim(cell(2), folder));
      wires.mend();
      CellOwnership other = pit(server.getConnectString(), 90);
      await(() -> gets(other, 1));
      assertTrue(kept.held(), "it was not taken from the dead");
    }
  }

  @Test
  void aCellIsMovedToWhomItIsToHaveAndOnlyWhenItIsLetGo() throws Exception {
    CellOwnership first = pit(server.getConnectString(), 60);
    List<Claim> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(claim(first, i));
    }
    assertTrue(all.stream().noneMatch(Claim::wantedElsewhere), "there is nobody else");
    CellOwnership second = pit(server.getConnectString(), 60);
    assertEquals(Optional.empty(), second.claim(cell(0), folder), "and so the second has joined");
    await(() -> all.stream().anyMatch(Claim::wantedElsewhere));
    int moved = 0;
    for (int i = 0; i < 40; i++) {
      if (all.get(i).wantedElsewhere()) {
        assertTrue(all.get(i).held());
        assertEquals(Optional.empty(), second.claim(cell(i), folder));
        all.get(i).close();
        assertEquals(Optional.empty(), first.claim(cell(i), folder), "it is left to the other");
        assertFalse(claim(second, i).wantedElsewhere());
        moved++;
      }
    }
    assertTrue(moved > 5 && moved < 35, moved + " of 40");
  }

  @Test
  void whoEndsInOrderLeavesNobodyWaiting() throws Exception {
    CellOwnership first = pit(server.getConnectString(), 3600);
    claim(first, 1);
    first.close();
    assertTrue(claim(pit(server.getConnectString(), 3600), 1).held());
  }

  @Test
  void anInstanceThatWasNeverConfiguredSaysSo() {
    String said =
        assertThrows(IOException.class, () -> new ZooKeeperOwnership().claim(cell(1), folder))
            .getMessage();
    assertEquals("ownership zookeeper has no ensemble: it was never configured", said);
  }
}
