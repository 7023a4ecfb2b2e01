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
 * The few operations that are needed, through Curator: small texts in nodes, each with a version.
 * Nothing is tried twice in here: whether a write whose answer was lost has been carried out is for
 * the caller to find out. No node is bound to ZooKeeper's own session: that a server answers does
 * not prove that the leader, which ends sessions, has heard of us. Thread-safe.
 */
final class Ensemble implements AutoCloseable {

  private static final int CONNECT_MILLIS = 2_000;

  private final ZooKeeperSettings settings;
  private final CuratorFramework client;
  private final AtomicBoolean started = new AtomicBoolean();

  /**
   * What is there.
   *
   * @param version changes with every write
   */
  record Node(String path, String text, int version) {}

  /** The answer was lost: what was asked for has happened or not, or will. */
  static final class UnansweredException extends IOException {
    private static final long serialVersionUID = 1L;

    UnansweredException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What became of a change that two conditions were set to. */
  enum Outcome {
    DONE,
    CHANGED_MEANWHILE,
    MEMBER_GONE
  }

  Ensemble(ZooKeeperSettings settings) {
    this.settings = settings;
    Timing timing = new Timing(settings.sessionTimeout());
    int transport = (int) timing.transport().toMillis();
    CuratorFrameworkFactory.Builder builder =
        CuratorFrameworkFactory.builder()
            .connectString(settings.connect())
            .sessionTimeoutMs(transport)
            .connectionTimeoutMs(Math.min(transport, CONNECT_MILLIS))
            .waitForShutdownTimeoutMs(1_000)
            .retryPolicy(new RetryNTimes(0, 0))
            // The operator says where the servers are, not the servers.
            .ensembleTracker(false)
            .dontUseContainerParents();
    settings
        .credentials()
        .ifPresent(
            credentials ->
                builder
                    .authorization("digest", credentials.getBytes(UTF_8))
                    .aclProvider(new OnlyUs()));
    client = builder.build();
  }

  /** Who has the same credentials may do everything, everybody else nothing. */
  private static final class OnlyUs implements ACLProvider {
    @Override
    public List<ACL> getDefaultAcl() {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
      return getDefaultAcl();
    }
  }

  /** Begins to look for a server; does not wait for one. */
  void start() {
    if (!started.getAndSet(true)) {
      client.start();
    }
  }

  private interface Question<T> {
    T ask() throws Exception;
  }

  private <T> T ask(String what, Question<T> question) throws IOException {
    try {
      return question.ask();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnansweredException("interrupted while it waited for " + this, e);
    } catch (KeeperException e) {
      throw translate(what, e);
    } catch (Exception e) {
      throw new UnansweredException(this + ": " + what + " failed: " + e, e);
    }
  }

  private IOException translate(String what, KeeperException e) {
    return switch (e.code()) {
      case NOAUTH, INVALIDACL, AUTHFAILED ->
          new IOException(
              "%s refuses %s: the credentials %s"
                  .formatted(
                      this,
                      what,
                      settings.credentials().isPresent() ? "do not fit" : "are missing"),
              e);
      case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED, OPERATIONTIMEOUT, REQUESTTIMEOUT ->
          new UnansweredException(this + " does not answer", e);
      default -> new IOException("%s: %s failed: %s".formatted(this, what, e.code()), e);
    };
  }

  private String path(String name) {
    return "/" + settings.namespace() + "/" + name;
  }

  Optional<Node> read(String name) throws IOException {
    return ask(
        "a look",
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
    return ask(
        "a look",
        () -> Optional.ofNullable(client.checkExists().forPath(path(name))).map(Stat::getVersion));
  }

  /** The names beneath; none where there is no such node. */
  List<String> children(String name) throws IOException {
    return ask(
        "a look",
        () -> {
          try {
            return client.getChildren().forPath(path(name));
          } catch (KeeperException.NoNodeException e) {
            return List.of();
          }
        });
  }

  /** Makes a node, and what is above it; one that is there stays as it is. */
  void create(String name, String text) throws IOException {
    ask(
        "a new node",
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

  /** Writes, whatever the version is; false where there is no such node. */
  boolean touch(String name, String text) throws IOException {
    return ask(
        "a sign of life",
        () -> {
          try {
            client.setData().forPath(path(name), text.getBytes(UTF_8));
            return true;
          } catch (KeeperException.NoNodeException e) {
            return false;
          }
        });
  }

  /** Writes over what was read; false where it has changed since, or is gone. */
  boolean replace(String name, int version, String text) throws IOException {
    return ask(
        "a change",
        () -> {
          try {
            client.setData().withVersion(version).forPath(path(name), text.getBytes(UTF_8));
            return true;
          } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
            return false;
          }
        });
  }

  /** Deletes what was read; false where it has changed since, or is gone. */
  boolean delete(String name, int version) throws IOException {
    return ask(
        "the end of a node",
        () -> {
          try {
            client.delete().withVersion(version).forPath(path(name));
            return true;
          } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
            return false;
          }
        });
  }

  /** Writes over what was read, as long as a member is there: both or nothing. */
  Outcome replaceAs(String member, String name, int version, String text) throws IOException {
    return ask(
        "a claim",
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
    return "the ensemble " + settings.connect();
  }
}
