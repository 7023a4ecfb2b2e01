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

/** Failures between a pit and one real server. */
@Tag("full")
@Timeout(120)
final class EnsembleTroubleTest {

  private static TestingServer server;

  @TempDir Path folder;
  private final List<CellOwnership> ownerships = new ArrayList<>();
  private final AtomicLong ahead = new AtomicLong();

  /** Clocks that a test can set ahead, as after a pause of the process. */
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
    ownerships.forEach(CellOwnership::close);
  }

  private CellOwnership pit(String connect, int session, String... more) {
    return pit(Clocks.SYSTEM, connect, session, more);
  }

  private CellOwnership pit(Clocks pitClocks, String connect, int session, String... more) {
    Map<String, Object> values = new HashMap<>();
    values.put("connect", connect);
    values.put("namespace", namespace);
    values.put("session_timeout", session);
    for (int i = 0; i < more.length; i += 2) {
      values.put(more[i], more[i + 1]);
    }
    CellOwnership ownership =
        ZooKeeperOwnership.configured(new Settings(values, folder), pitClocks);
    ownerships.add(ownership);
    return ownership;
  }

  private static UUID cell(int number) {
    return new UUID(7, number);
  }

  private Claim claim(CellOwnership ownership, int cell) throws IOException {
    return ownership.claim(cell(cell), folder).orElseThrow();
  }

  private String failedClaim(CellOwnership ownership) {
    return assertThrows(IOException.class, () -> ownership.claim(cell(1), folder)).getMessage();
  }

  private interface Condition {
    boolean test() throws IOException;
  }

  private static void await(Condition condition) throws IOException, InterruptedException {
    while (!condition.test()) {
      TimeUnit.MILLISECONDS.sleep(20); // until the time-out of the test
    }
  }

  @Test
  void anUnreachableServerIsReportedByName() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    CellOwnership unconnected = pit("127.0.0.1:" + port, 3);
    String first = failedClaim(unconnected);
    assertTrue(first.contains("no cell is claimed: ensemble 127.0.0.1:" + port + " "), first);
    assertTrue(
        failedClaim(unconnected).contains("does not answer"), "the next claim fails at once");
  }

  @Test
  void aPitWithOtherCredentialsOwnsNoCell() throws IOException {
    Path right = Files.writeString(folder.resolve("right"), "pits:secret\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "pits:guess\n");
    String connect = server.getConnectString();
    CellOwnership one = pit(connect, 60, "credentials_file", right.toString());
    assertTrue(claim(one, 1).held());
    CellOwnership guessing = pit(connect, 3, "credentials_file", wrong.toString());
    String refusal = failedClaim(guessing);
    assertTrue(refusal.endsWith("the credentials are wrong"), refusal);
    String without = failedClaim(pit(connect, 3));
    assertTrue(without.endsWith("the credentials are missing"), without);
    CellOwnership other = pit(connect, 60, "credentials_file", right.toString());
    assertEquals(Optional.empty(), other.claim(cell(1), folder));
  }

  @Test
  void aPitThatWasPausedForHalfOfItsSessionTimeoutOwnsNoCell() throws Exception {
    CellOwnership stopped = pit(clocks, server.getConnectString(), 60);
    Claim before = claim(stopped, 1);
    assertTrue(before.held());
    ahead.addAndGet(Duration.ofSeconds(30).toNanos());
    assertFalse(before.held());
    // A renewal now does not extend the ended lease.
    before.close();
    await(() -> claims(stopped, 2));
    assertFalse(before.held());
    assertEquals(
        Optional.empty(),
        stopped.claim(cell(1), folder),
        "the former member is not declared dead yet");
  }

  /** Returns whether a pit gets a cell; false while the pit has no lease. */
  private boolean claims(CellOwnership pit, int cell) {
    try {
      return pit.claim(cell(cell), folder).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void theCellOfACutOffPitIsClaimedAfterItsLeaseHasEnded() throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
    try (TcpProxy proxy = new TcpProxy(List.of(address))) {
      CellOwnership cut = pit(proxy.connect(), 4);
      Claim lost = claim(cut, 1);
      CellOwnership other = pit(server.getConnectString(), 4);
      assertEquals(Optional.empty(), other.claim(cell(1), folder));
      proxy.cut();
      List<Claim> taken = new ArrayList<>();
      await(
          () -> {
            boolean held = lost.held();
            other.claim(cell(1), folder).ifPresent(taken::add);
            assertTrue(taken.isEmpty() || !held, "two pits own the cell");
            return !taken.isEmpty();
          });
      assertTrue(taken.get(0).epoch() > lost.epoch());
      String alone = failedClaim(cut);
      assertTrue(alone.startsWith("no cell is claimed: "), alone);
      lost.close();
      proxy.restore();
      await(() -> claims(cut, 2));
      assertFalse(lost.held());
      assertTrue(taken.get(0).held());
    }
  }

  /** The answer to a release is lost, and perhaps the release: the cell must become free. */
  @Test
  void anUnansweredReleaseIsResolvedWhileTheOwnerIsAlive() throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
    try (TcpProxy proxy = new TcpProxy(List.of(address))) {
      CellOwnership one = pit(proxy.connect(), 90);
      Claim kept = claim(one, 0);
      Claim let = claim(one, 1);
      proxy.cut();
      let.close();
      assertFalse(let.held());
      assertThrows(IOException.class, () -> one.claim(cell(2), folder));
      proxy.restore();
      CellOwnership other = pit(server.getConnectString(), 90);
      await(() -> claims(other, 1));
      assertTrue(kept.held(), "the owner is alive");
    }
  }

  @Test
  void aCellMovesToItsAssignedMemberAfterItsRelease() throws Exception {
    CellOwnership first = pit(server.getConnectString(), 60);
    List<Claim> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(claim(first, i));
    }
    assertTrue(all.stream().noneMatch(Claim::wantedElsewhere), "there is no other member");
    CellOwnership second = pit(server.getConnectString(), 60);
    assertEquals(Optional.empty(), second.claim(cell(0), folder), "the second pit joins");
    await(() -> all.stream().anyMatch(Claim::wantedElsewhere));
    int moved = 0;
    for (int i = 0; i < 40; i++) {
      if (all.get(i).wantedElsewhere()) {
        assertTrue(all.get(i).held());
        assertEquals(Optional.empty(), second.claim(cell(i), folder));
        all.get(i).close();
        assertEquals(
            Optional.empty(),
            first.claim(cell(i), folder),
            "the cell is left to its assigned member");
        assertFalse(claim(second, i).wantedElsewhere());
        moved++;
      }
    }
    assertTrue(moved > 5 && moved < 35, moved + " of 40");
  }

  @Test
  void aPitThatClosesFreesItsCellsAtOnce() throws Exception {
    CellOwnership first = pit(server.getConnectString(), 3600);
    claim(first, 1);
    first.close();
    assertTrue(claim(pit(server.getConnectString(), 3600), 1).held());
  }

  @Test
  void anUnconfiguredInstanceRefusesClaims() {
    String message =
        assertThrows(IOException.class, () -> new ZooKeeperOwnership().claim(cell(1), folder))
            .getMessage();
    assertEquals("ownership zookeeper: not configured", message);
  }
}
