package org.lazaruspit.heartbeat.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.Heartbeat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the heartbeats of many agents, all of one JVM or one host, a thousand in one request.
 *
 * <pre>{@code
 * FleetClient hearts = FleetClient.builder(URI.create("http://127.0.0.1:8080")).build();
 * hearts.add("writer-1", () -> Heartbeat.builder().progress(stepsDone()).build());
 * hearts.start();
 * }</pre>
 *
 * <p>The gateway judges each agent by itself. The steady sender keeps the pace of {@link
 * HeartbeatClient}, and drops an agent whose place a newer incarnation has taken. An agent whose
 * state cannot be had sends no heartbeat: it is not well. Thread-safe.
 */
public final class FleetClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FleetClient.class);
  private static final int AGENTS_AT_ONCE = 1_000;

  /** A gateway takes a mebibyte; this leaves room for the last heartbeat and the end. */
  private static final int FULL = 900_000;

  private final URI url;
  private final GatewayConnection gateway;
  private final BiConsumer<String, ? super Problem> onFenced;
  private final BiConsumer<String, ? super BeatResult> onResult;
  private final Map<String, Supplier<Heartbeat>> agents = new ConcurrentHashMap<>();
  private final SendSchedule pace = new SendSchedule(new SplittableRandom());
  private final DeliveryLog trouble;
  private final RepeatingTask rhythm;

  private FleetClient(Builder builder) {
    this.url = builder.url;
    this.gateway = builder.gateway();
    this.onFenced = builder.onFenced;
    this.onResult = builder.onResult;
    this.trouble = new DeliveryLog(url);
    this.rhythm = new RepeatingTask("lazarus-heartbeats", this::step);
  }

  /**
   * A client for a gateway.
   *
   * @param gateway where the gateway's interface is mounted, for example {@code
   *     http://127.0.0.1:8080}
   * @return a new builder
   */
  public static Builder builder(URI gateway) {
    return new Builder(URI.create(gateway.toString().replaceFirst("/+$", "") + "/heartbeats"));
  }

  /**
   * Has an agent's heartbeats sent from now on; the first one soon.
   *
   * @param agentId the agent
   * @param state asked before each heartbeat what it should say, its incarnation included
   */
  public void add(String agentId, Supplier<Heartbeat> state) {
    agents.put(Objects.requireNonNull(agentId, "agentId"), Objects.requireNonNull(state, "state"));
    rhythm.soon();
  }

  /**
   * Sends no more heartbeats of an agent.
   *
   * @param agentId the agent
   */
  public void remove(String agentId) {
    agents.remove(agentId);
  }

  /**
   * Starts sending, on a daemon thread.
   *
   * @throws IllegalStateException if already started, or closed
   */
  public void start() {
    rhythm.start();
  }

  /** Has the next heartbeats sent at once: something worth saying has happened. */
  public void beatSoon() {
    rhythm.soon();
  }

  /**
   * Sends one heartbeat of each of these agents and waits for the answers. Interrupting the thread
   * ends the waiting.
   *
   * @param beats what to say, by agent
   * @return what became of it, by agent
   */
  public Map<String, BeatResult> beat(Map<String, Heartbeat> beats) {
    Map<String, BeatResult> results = new LinkedHashMap<>();
    Iterator<Map.Entry<String, Heartbeat>> left = beats.entrySet().iterator();
    while (left.hasNext()) {
      send(left, results);
    }
    return results;
  }

  /** Sends as many as one request may have. */
  private void send(Iterator<Map.Entry<String, Heartbeat>> left, Map<String, BeatResult> results) {
    Map<String, BeatResult> sent = new LinkedHashMap<>();
    BeatResult unknown = new BeatResult.Unreachable(new IOException("not sent"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonWriter json = new JsonWriter(bytes)) {
      json.start().name(WireWriter.AGENTS).start();
      while (left.hasNext() && sent.size() < AGENTS_AT_ONCE && bytes.size() < FULL) {
        Map.Entry<String, Heartbeat> next = left.next();
        json.name(next.getKey());
        WireWriter.heartbeat(json, next.getValue());
        json.flush();
        sent.put(next.getKey(), unknown);
      }
      json.end().end();
    }
    judge(sent, bytes.toByteArray());
    results.putAll(sent);
  }

  private void judge(Map<String, BeatResult> sent, byte[] body) {
    try {
      GatewayConnection.Answer answer = gateway.post(url, body);
      if (answer.status() == 200) {
        ResponseReader.Many many = ResponseReader.many(answer.body());
        sent.replaceAll((id, unknown) -> many.of(id));
      } else {
        BeatResult refused = answer.refused();
        sent.replaceAll((id, unknown) -> refused);
      }
    } catch (IOException e) {
      BeatResult unreachable = new BeatResult.Unreachable(e);
      sent.replaceAll((id, unknown) -> unreachable);
    }
  }

  private Duration step() {
    Map<String, BeatResult> results = beat(states());
    BeatResult overall = new BeatResult.Accepted(Duration.ofSeconds(30), null);
    for (Map.Entry<String, BeatResult> entry : results.entrySet()) {
      deliver(entry.getKey(), entry.getValue());
      overall = entry.getValue();
    }
    BeatResult.Accepted accepted = anyAccepted(results);
    trouble.report(accepted == null ? overall : accepted);
    return pace.after(accepted == null ? overall : accepted);
  }

  private Map<String, Heartbeat> states() {
    Map<String, Heartbeat> beats = new LinkedHashMap<>();
    agents.forEach(
        (id, state) -> {
          try {
            beats.put(id, state.get());
          } catch (RuntimeException e) {
            LOG.warn("no heartbeat of {}: its state cannot be had", id, e);
          }
        });
    return beats;
  }

  private void deliver(String id, BeatResult result) {
    try {
      onResult.accept(id, result);
      if (result instanceof BeatResult.Refused refused && refused.isFenced()) {
        agents.remove(id);
        LOG.info("fenced off, no more heartbeats: {}", refused.problem().detail());
        onFenced.accept(id, refused.problem());
      }
    } catch (RuntimeException e) {
      LOG.warn("what is told of {} failed", id, e);
    }
  }

  /** Any shows that the gateway is well; who is refused by name is no reason to send less often. */
  private static BeatResult.@Nullable Accepted anyAccepted(Map<String, BeatResult> results) {
    for (BeatResult result : results.values()) {
      if (result instanceof BeatResult.Accepted accepted) {
        return accepted;
      }
    }
    return null;
  }

  /** Ends the sending. Can be called more than once, also from the callbacks. */
  @Override
  public void close() {
    rhythm.close();
  }

  /** Settings of a client. Not thread-safe. */
  public static final class Builder extends ClientSettings<Builder> {
    private final URI url;
    private BiConsumer<String, ? super Problem> onFenced = (agentId, problem) -> {};
    private BiConsumer<String, ? super BeatResult> onResult = (agentId, result) -> {};

    private Builder(URI url) {
      this.url = url;
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets who is told, on the sender's thread, when a newer incarnation has taken an agent's
     * place. Default: nobody.
     *
     * @param action gets the agent and what the gateway said
     * @return this builder
     */
    public Builder onFenced(BiConsumer<String, ? super Problem> action) {
      this.onFenced = Objects.requireNonNull(action, "action");
      return this;
    }

    /**
     * Sets who is told what became of each heartbeat, on the sender's thread. Default: nobody.
     *
     * @param action gets the agent and the result
     * @return this builder
     */
    public Builder onResult(BiConsumer<String, ? super BeatResult> action) {
      this.onResult = Objects.requireNonNull(action, "action");
      return this;
    }

    /**
     * Makes the client.
     *
     * @return a client without agents that has not started to send
     */
    public FleetClient build() {
      return new FleetClient(this);
    }
  }
}
