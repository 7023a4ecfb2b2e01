package org.lazaruspit.pit.internal.detection;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.URI;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.pit.PitConfig;
import org.lazaruspit.pit.internal.cell.KeyCheck;
import org.lazaruspit.pit.internal.ledger.RevivalBlocker;
import org.lazaruspit.pit.internal.notify.LogOnChange;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys of agents at gateways, each with the agent that has it. An agent takes its key when it is
 * first supervised or started, and keeps it, also across restarts of the pit, until the agent or
 * its cell is gone or its mission has ended; until then an agent with the same key is refused. The
 * record is a file of the pit's own: the journals and files of cells come with the cells, and may
 * be copies. Thread-safe.
 */
public final class GatewayKeys implements KeyCheck {

  private static final Logger log = LoggerFactory.getLogger(GatewayKeys.class);

  /** Number of free keys whose last agents are remembered. */
  private static final int MAX_FREE = 10_000;

  private final PitConfig config;
  private final EmbeddedRegistries registries;
  private final GatewayKeyFile file;
  private final boolean dryRun;
  private final LogOnChange unsaved = new LogOnChange();
  private final ReentrantLock lock = new ReentrantLock();

  /** Held during a write; taken before the other lock, which is never held during a write. */
  private final ReentrantLock saving = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<GatewayKey, Owner> owners;

  @GuardedBy("lock")
  private Set<GatewayKey> free = Set.of();

  @GuardedBy("lock")
  private boolean changed;

  /**
   * Key at a gateway.
   *
   * @param gateway the address of the gateway, or the name of a registry in this JVM
   */
  record GatewayKey(String gateway, String key) {}

  /**
   * Agent that has a key.
   *
   * @param inherited whether the gateway may still know the key as another agent's
   */
  record Owner(AgentRef agent, boolean inherited) {}

  /**
   * Reads the record in the state directory.
   *
   * @param dryRun whether the record is not written
   * @throws IOException if the record exists and cannot be read
   */
  public GatewayKeys(PitConfig config, EmbeddedRegistries registries, boolean dryRun)
      throws IOException {
    this.config = config;
    this.registries = registries;
    this.file = new GatewayKeyFile(config.stateDirectory());
    this.dryRun = dryRun;
    this.owners = file.read();
  }

  /** Returns the agent's key at a gateway. */
  String key(AgentRef agent) {
    return perCell() ? agent.cellId() + "." + agent.agentId() : agent.agentId();
  }

  private boolean perCell() {
    return config.agentKey() == PitConfig.AgentKey.CELL;
  }

  /** Returns the key of an agent that may share it; empty without a gateway. */
  private Optional<GatewayKey> shared(AgentRef agent, @Nullable String gateway) {
    return gateway == null || perCell()
        ? Optional.empty()
        : place(gateway).map(place -> new GatewayKey(place, key(agent)));
  }

  /** Returns the registry or the address behind a gateway's name; resolves no host. */
  private Optional<String> place(String gateway) {
    Optional<String> registry = registries.identity(gateway);
    if (registry.isPresent()) {
      return registry;
    }
    GatewayAddress listed = config.gateways().get(gateway);
    if (listed != null) {
      return Optional.of(normalized(listed.uri().toString()));
    }
    return config.gateways().isEmpty()
        ? Optional.of(normalized(gateway.contains("://") ? gateway : "http://" + gateway + ":8080"))
        : Optional.empty();
  }

  private static String normalized(String address) {
    try {
      URI uri = URI.create(address);
      if (uri.getHost() == null) { // not a valid host of a URI, such as one with an underscore
        return address.toLowerCase(Locale.ROOT);
      }
      int standard = "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
      int port = uri.getPort() < 0 ? standard : uri.getPort();
      String server = "%s://%s:%d".formatted(uri.getScheme(), uri.getHost(), port);
      return server.toLowerCase(Locale.ROOT) + uri.getPath().replaceAll("/+$", "");
    } catch (IllegalArgumentException e) {
      return address;
    }
  }

  @Override
  public Optional<RevivalBlocker> blocker(AgentRef agent, @Nullable String gateway) {
    return shared(agent, gateway).flatMap(key -> other(key, agent));
  }

  private Optional<RevivalBlocker> other(GatewayKey key, AgentRef agent) {
    lock.lock();
    try {
      Owner owner = owners.get(key);
      return owner == null || owner.agent().equals(agent) || free.contains(key)
          ? Optional.empty()
          : Optional.of(blocker(key, owner.agent()));
    } finally {
      lock.unlock();
    }
  }

  private static RevivalBlocker blocker(GatewayKey key, AgentRef owner) {
    return new RevivalBlocker(
        RevivalBlocker.Kind.KEY,
        "%s has its key \"%s\" at its gateway; give it another id or gateway, or set agent_key to \"cell\""
            .formatted(owner, key.key()));
  }

  /** Gives the agent its key; returns a blocker if another agent has it. {@link #save} follows. */
  public Optional<RevivalBlocker> take(AgentRef agent, @Nullable String gateway) {
    return shared(agent, gateway).flatMap(key -> take(key, agent));
  }

  private Optional<RevivalBlocker> take(GatewayKey key, AgentRef agent) {
    lock.lock();
    try {
      Optional<RevivalBlocker> other = other(key, agent);
      Owner before = owners.get(key);
      if (other.isEmpty() && (before == null || !before.agent().equals(agent))) {
        owners.put(key, new Owner(agent, before != null));
        changed = true;
      }
      return other;
    } finally {
      lock.unlock();
    }
  }

  /** Throws if another agent has the key of the target. */
  void require(ProbeTarget target) throws IOException {
    Optional<RevivalBlocker> taken = blocker(target.agent(), target.gatewayName().orElse(null));
    if (taken.isPresent()) {
      throw new IOException(taken.get().reason());
    }
  }

  /** Returns whether the gateway may still know the agent's key as another agent's. */
  boolean inherited(ProbeTarget target) {
    lock.lock();
    try {
      return shared(target.agent(), target.gatewayName().orElse(null))
          .map(owners::get)
          .filter(owner -> owner.equals(new Owner(target.agent(), true)))
          .isPresent();
    } finally {
      lock.unlock();
    }
  }

  /** Called when the gateway has registered the agent by its key, and forgotten any other. */
  void registered(ProbeTarget target) {
    Owner inherited = new Owner(target.agent(), true);
    Owner own = new Owner(target.agent(), false);
    lock.lock();
    try {
      Optional<GatewayKey> key = shared(target.agent(), target.gatewayName().orElse(null));
      if (key.isPresent() && owners.replace(key.get(), inherited, own)) {
        changed = true;
      }
    } finally {
      lock.unlock();
    }
    save();
  }

  /**
   * Frees the keys of agents that are gone or whose missions have ended. An agent whose files
   * cannot be read keeps its key.
   *
   * @param loads all cells of the missions root, owned by this pit or not
   */
  public void review(List<CellLoad> loads) {
    KeyUsers users = new KeyUsers(loads);
    lock.lock();
    try {
      Set<GatewayKey> unused = new LinkedHashSet<>();
      for (Map.Entry<GatewayKey, Owner> entry : owners.entrySet()) {
        if (!uses(users, entry.getKey(), entry.getValue().agent())) {
          unused.add(entry.getKey());
        }
      }
      for (Iterator<GatewayKey> oldest = unused.iterator(); unused.size() > MAX_FREE; ) {
        owners.remove(oldest.next());
        oldest.remove();
        changed = true;
      }
      free = unused;
    } finally {
      lock.unlock();
    }
  }

  private boolean uses(KeyUsers users, GatewayKey key, AgentRef owner) {
    return users.uses(owner, spec -> shared(owner, spec.gateway()).filter(key::equals).isPresent());
  }

  /**
   * Writes the record if it has changed. A failure is logged, and the next call tries again: until
   * then the record holds for this life of the pit.
   */
  public void save() {
    saving.lock();
    try {
      Optional<Map<GatewayKey, Owner>> copy = changes();
      if (copy.isPresent() && !dryRun) {
        file.write(copy.get());
        unsaved.clear(file);
      }
    } catch (IOException | RuntimeException e) {
      markChanged();
      if (Thread.currentThread().isInterrupted()) {
        log.debug("keys of agents: not written: the pit closes", e);
      } else if (unsaved.isNew(file, e.toString())) {
        log.error("keys of agents: not written: {}; the next round tries again", e.toString());
      }
    } finally {
      saving.unlock();
    }
  }

  /** Returns a copy of the record; empty if it is unchanged since the last call. */
  private Optional<Map<GatewayKey, Owner>> changes() {
    lock.lock();
    try {
      Optional<Map<GatewayKey, Owner>> copy =
          changed ? Optional.of(new LinkedHashMap<>(owners)) : Optional.empty();
      changed = false;
      return copy;
    } finally {
      lock.unlock();
    }
  }

  private void markChanged() {
    lock.lock();
    try {
      changed = true;
    } finally {
      lock.unlock();
    }
  }
}
