package org.lazaruspit.examples.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * Client of a ZooKeeper ensemble, through Curator: small texts in nodes, each with a version. Makes
 * no retries: after a write without an answer the caller finds out whether the write happened. No
 * node is bound to a ZooKeeper session: an answer of a server does not prove that the leader, which
 * ends sessions, received this client's heartbeats. Thread-safe.
 */
final class Ensemble implements AutoCloseable {

  private static final int CONNECT_MILLIS = 2_000;

  private final ZooKeeperSettings settings;
  private final CuratorFramework client;
  private final AtomicBoolean started = new AtomicBoolean();

  /**
   * Content of a node.
   *
   * @param version changes with every write
   */
  record Node(String path, String text, int version) {}

  /** The ensemble did not answer: the operation has happened, has failed, or is still under way. */
  static final class UnansweredException extends IOException {
    private static final long serialVersionUID = 1L;

    UnansweredException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Outcome of a change with two conditions. */
  enum Outcome {
    DONE,
    CHANGED_MEANWHILE,
    MEMBER_GONE
  }

  Ensemble(ZooKeeperSettings settings) {
    this.settings = settings;
    Timing timing = new Timing(settings.sessionTimeout());
    int transport = (int) timing.transportTimeout().toMillis();
    CuratorFrameworkFactory.Builder builder =
        CuratorFrameworkFactory.builder()
            .connectString(settings.connect())
            .sessionTimeoutMs(transport)
            .connectionTimeoutMs(Math.min(transport, CONNECT_MILLIS))
            .waitForShutdownTimeoutMs(1_000)
            .retryPolicy(new RetryNTimes(0, 0))
            // The operator configures the servers; their own list is not used.
            .ensembleTracker(false)
            .dontUseContainerParents();
    settings
        .credentials()
        .ifPresent(
            credentials ->
                builder
                    .authorization("digest", credentials.getBytes(UTF_8))
                    .aclProvider(new CreatorOnlyAcl()));
    client = builder.build();
  }

  /** Grants all rights to clients with the same credentials, none to others. */
  private static final class CreatorOnlyAcl implements ACLProvider {
    @Override
    public List<ACL> getDefaultAcl() {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
      return getDefaultAcl();
    }
  }

  /** Starts to connect to a server; does not wait for the connection. */
  void start() {
    if (!started.getAndSet(true)) {
      client.start();
    }
  }

  private interface Operation<T> {
    T run() throws Exception;
  }

  private <T> T run(String operation, Operation<T> action) throws IOException {
    try {
      return action.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnansweredException(this + ": interrupted during " + operation, e);
    } catch (KeeperException e) {
      throw translate(operation, e);
    } catch (Exception e) {
      throw new UnansweredException(this + ": " + operation + " failed: " + e, e);
    }
  }

  private IOException translate(String operation, KeeperException e) {
    return switch (e.code()) {
      case NOAUTH, INVALIDACL, AUTHFAILED ->
          new IOException(
              "%s refuses the %s: the credentials are %s"
                  .formatted(
                      this, operation, settings.credentials().isPresent() ? "wrong" : "missing"),
              e);
      case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED, OPERATIONTIMEOUT, REQUESTTIMEOUT ->
          new UnansweredException(this + " does not answer", e);
      default -> new IOException("%s: %s failed: %s".formatted(this, operation, e.code()), e);
    };
  }

  private String path(String name) {
    return "/" + settings.namespace() + "/" + name;
  }

  Optional<Node> read(String name) throws IOException {
    return run(
        "read",
        () -> {
          try {
            Stat stat = new Stat();
            byte[] bytes = client.getData().storingStatIn(stat).forPath(path(name));
            return Optional.of(new Node(path(name), new String(bytes, UTF_8), stat.getVersion()));
          } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
          }
        });
  }

  Optional<Integer> version(String name) throws IOException {
    return run(
        "read",
        () -> Optional.ofNullable(client.checkExists().forPath(path(name))).map(Stat::getVersion));
  }

  /** Returns the names of the child nodes; empty if the node does not exist. */
  List<String> children(String name) throws IOException {
    return run(
        "read",
        () -> {
          try {
            return client.getChildren().forPath(path(name));
          } catch (KeeperException.NoNodeException e) {
            return List.of();
          }
        });
  }

  /** Creates a node and its parents; an existing node keeps its content. */
  void create(String name, String text) throws IOException {
    run(
        "creation",
        () -> {
          try {
            return client
                .create()
                .creatingParentsIfNeeded()
                .forPath(path(name), text.getBytes(UTF_8));
          } catch (KeeperException.NodeExistsException e) {
            return name;
          }
        });
  }

  /** Writes to a node of any version; returns false if the node does not exist. */
  boolean touch(String name, String text) throws IOException {
    return run(
        "renewal",
        () -> {
          try {
            client.setData().forPath(path(name), text.getBytes(UTF_8));
            return true;
          } catch (KeeperException.NoNodeException e) {
            return false;
          }
        });
  }

  /**
   * Writes to a node of this version; returns false if the version differs or the node does not
   * exist.
   */
  boolean replace(String name, int version, String text) throws IOException {
    return run(
        "change",
        () -> {
          try {
            client.setData().withVersion(version).forPath(path(name), text.getBytes(UTF_8));
            return true;
          } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
            return false;
          }
        });
  }

  /**
   * Deletes a node of this version; returns false if the version differs or the node does not
   * exist.
   */
  boolean delete(String name, int version) throws IOException {
    return run(
        "deletion",
        () -> {
          try {
            client.delete().withVersion(version).forPath(path(name));
            return true;
          } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
            return false;
          }
        });
  }

  /**
   * Writes to a node of this version in one transaction with a check that a member's node exists.
   */
  Outcome replaceAs(String member, String name, int version, String text) throws IOException {
    return run(
        "claim",
        () -> {
          CuratorOp alive = client.transactionOp().check().forPath(path(member));
          CuratorOp change =
              client
                  .transactionOp()
                  .setData()
                  .withVersion(version)
                  .forPath(path(name), text.getBytes(UTF_8));
          try {
            client.transaction().forOperations(alive, change);
            return Outcome.DONE;
          } catch (KeeperException.BadVersionException e) {
            return Outcome.CHANGED_MEANWHILE;
          } catch (KeeperException.NoNodeException e) {
            return Outcome.MEMBER_GONE;
          }
        });
  }

  @Override
  public void close() {
    if (started.get()) {
      client.close();
    }
  }

  @Override
  public String toString() {
    return "ensemble " + settings.connect();
  }
}
