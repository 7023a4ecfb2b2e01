package org.lazaruspit.examples.zookeeper;

import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.contract.CellOwnershipContract;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.spi.Settings;

/** Contract of ownership plug-ins, on a real server. */
@Tag("full")
final class ZooKeeperOwnershipContractTest extends CellOwnershipContract {

  private static final AtomicInteger TESTS = new AtomicInteger();
  private static TestingServer server;

  @TempDir Path folder;

  @BeforeAll
  static void startServer() throws Exception {
    server = new TestingServer();
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @BeforeEach
  void countTests() {
    TESTS.incrementAndGet();
  }

  @Override
  protected CellOwnership newOwnership() {
    Map<String, Object> values =
        Map.of(
            "connect",
            server.getConnectString(),
            "namespace",
            "contract/" + TESTS.get(),
            "session_timeout",
            60);
    return new ZooKeeperOwnership().configured(new Settings(values, folder));
  }

  @Override
  protected Path directory(UUID cell) {
    return folder.resolve(cell.toString());
  }
}
