package org.lazaruspit.examples.zookeeper;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;

/** Three ZooKeeper servers in this JVM, each with ports and a disk of its own. */
final class ZooKeeperServers implements AutoCloseable {

  /** Short, for a fast election of a leader. */
  private static final int TICK_MILLIS = 500;

  private final TestingCluster cluster;
  private final List<InstanceSpec> killed = new ArrayList<>();

  ZooKeeperServers() throws Exception {
    cluster =
        new TestingCluster(
            IntStream.rangeClosed(1, 3)
                .mapToObj(id -> new InstanceSpec(null, -1, -1, -1, true, id, TICK_MILLIS, -1))
                .toArray(InstanceSpec[]::new));
    cluster.start();
  }

  List<InetSocketAddress> addresses() {
    return cluster.getInstances().stream()
        .map(spec -> new InetSocketAddress(InetAddress.getLoopbackAddress(), spec.getPort()))
        .toList();
  }

  /** Returns the current leader, by the servers' own reports. */
  Optional<InstanceSpec> leader() {
    return cluster.getInstances().stream().filter(ZooKeeperServers::leads).findFirst();
  }

  private static boolean leads(InstanceSpec spec) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), spec.getPort())) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write("srvr".getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII).contains("Mode: leader");
    } catch (IOException e) {
      return false;
    }
  }

  /** Kills a server; at most one at a time, to keep a majority. */
  void kill(InstanceSpec server) throws Exception {
    cluster.killServer(server);
    killed.add(server);
  }

  List<InstanceSpec> killed() {
    return List.copyOf(killed);
  }

  void restartKilled() throws Exception {
    for (InstanceSpec server : killed()) {
      cluster.restartServer(server);
      killed.remove(server);
    }
  }

  @Override
  public void close() throws IOException {
    cluster.close();
  }
}
