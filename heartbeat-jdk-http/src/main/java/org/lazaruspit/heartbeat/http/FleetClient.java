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
 * Sends the heartbeats of many agents of one JVM or one host, up to 1,000 per request.
 *
 * <pre>{@code
 * FleetClient hearts = FleetClient.builder(URI.create("http://127.0.0.1:8080")).build();
 * hearts.add("writer-1", () -> Heartbeat.builder().progress(stepsDone()).build());
 * hearts.start();
 * }</pre>
 *
 * <p>The gateway accepts or refuses each agent separately. The periodic sender has the schedule of
 * {@link HeartbeatClient} and drops an agent that a newer incarnation has replaced. An agent whose
 * state supplier throws sends no heartbeat, since it is not well. Thread-safe.
 */
public final class FleetClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FleetClient.class);
  private static final int MAX_AGENTS = 1_000;

  /** A gateway accepts 1 MiB; this leaves room for the last heartbeat and the end. */
  private static final int MAX_BYTES = 900_000;

  private final URI url;
  private final GatewayConnection gateway;
  private final BiConsumer<String, ? super Problem> onFenced;
  private final BiConsumer<String, ? super BeatResult> onResult;
  private final Map<String, Supplier<Heartbeat>> agents = new ConcurrentHashMap<>();
  private final SendSchedule schedule = new SendSchedule(new SplittableRandom());
  private final DeliveryLog deliveryLog;
  private final RepeatingTask sender;

  private FleetClient(Builder builder) {
    this.url = builder.url;
    this.gateway = builder.gateway();
    this.onFenced = builder.onFenced;
    this.onResult = builder.onResult;
    this.deliveryLog = new DeliveryLog(url);
    this.sender = new RepeatingTask("lazarus-heartbeats", this::step);
  }

  /**
   * Returns a builder for a gateway.
   *
   * @param gateway the base URL of the gateway, for example {@code http://127.0.0.1:8080}
   * @return a new builder
   */
  public static Builder builder(URI gateway) {
    return new Builder(URI.create(gateway.toString().replaceFirst("/+$", "") + "/heartbeats"));
  }

  /**
   * Adds an agent; its first heartbeat is sent at once.
   *
   * @param agentId the agent
   * @param state called before each heartbeat for its data, incarnation included
   */
  public void add(String agentId, Supplier<Heartbeat> state) {
    agents.put(Objects.requireNonNull(agentId, "agentId"), Objects.requireNonNull(state, "state"));
    sender.soon();
  }

  /**
   * Removes an agent; no more heartbeats are sent for it.
   *
   * @param agentId the agent
   */
  public void remove(String agentId) {
    agents.remove(agentId);
  }

  /**
   * Starts the periodic sender, on a daemon thread.
   *
   * @throws IllegalStateException if already started, or closed
   */
  public void start() {
    sender.start();
  }

  /** Sends the next heartbeats at once. */
  public void beatSoon() {
    sender.soon();
  }

  /**
   * Sends one heartbeat of each agent and waits for the responses. An interrupt of the thread ends
   * the wait.
   *
   * @param beats the heartbeats by agent
   * @return the results by agent
   */
  public Map<String, BeatResult> beat(Map<String, Heartbeat> beats) {
    Map<String, BeatResult> results = new LinkedHashMap<>();
    Iterator<Map.Entry<String, Heartbeat>> remaining = beats.entrySet().iterator();
    while (remaining.hasNext()) {
      send(remaining, results);
    }
    return results;
  }

  /** Sends as many heartbeats as one request may contain. */
  private void send(
      Iterator<Map.Entry<String, Heartbeat>> remaining, Map<String, BeatResult> results) {
    Map<String, BeatResult> sent = new LinkedHashMap<>();
    BeatResult unsent = new BeatResult.Unreachable(new IOException("not sent"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonWriter json = new JsonWriter(bytes)) {
      json.start().name(WireWriter.AGENTS).start();
      while (remaining.hasNext() && sent.size() < MAX_AGENTS && bytes.size() < MAX_BYTES) {
        Map.Entry<String, Heartbeat> next = remaining.next();
        json.name(next.getKey());
        WireWriter.heartbeat(json, next.getValue());
        json.flush();
        sent.put(next.getKey(), unsent);
      }
      json.end().end();
    }
    post(sent, bytes.toByteArray());
    results.putAll(sent);
  }

  private void post(Map<String, BeatResult> sent, byte[] body) {
    try {
      GatewayConnection.Response response = gateway.post(url, body);
      if (response.status() == 200) {
        ResponseReader.Many many = ResponseReader.many(response.body());
        sent.replaceAll((id, unsent) -> many.of(id));
      } else {
        BeatResult refused = response.refused();
        sent.replaceAll((id, unsent) -> refused);
      }
    } catch (IOException e) {
      BeatResult unreachable = new BeatResult.Unreachable(e);
      sent.replaceAll((id, unsent) -> unreachable);
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
    deliveryLog.report(accepted == null ? overall : accepted);
    return schedule.after(accepted == null ? overall : accepted);
  }

  private Map<String, Heartbeat> states() {
    Map<String, Heartbeat> beats = new LinkedHashMap<>();
    agents.forEach(
        (id, state) -> {
          try {
            beats.put(id, state.get());
          } catch (RuntimeException e) {
            LOG.warn("{}: state supplier failed; skipping this heartbeat", id, e);
          }
        });
    return beats;
  }

  private void deliver(String id, BeatResult result) {
    try {
      onResult.accept(id, result);
      if (result instanceof BeatResult.Refused refused && refused.isFenced()) {
        agents.remove(id);
        LOG.info("{}: fenced off: {}; stopping its heartbeats", id, refused.problem().detail());
        onFenced.accept(id, refused.problem());
      }
    } catch (RuntimeException e) {
      LOG.warn("{}: callback failed", id, e);
    }
  }

  /**
   * Returns any accepted result: it shows that the gateway works, so refused agents do not slow the
   * schedule.
   */
  private static BeatResult.@Nullable Accepted anyAccepted(Map<String, BeatResult> results) {
    for (BeatResult result : results.values()) {
      if (result instanceof BeatResult.Accepted accepted) {
        return accepted;
      }
    }
    return null;
  }

  /** Stops the periodic sender. May be called repeatedly, also from callbacks. */
  @Override
  public void close() {
    sender.close();
  }

  /** Builder of a client. Not thread-safe. */
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
     * Sets the callback for an agent that a newer incarnation has replaced, called on the sender's
     * thread. Default: no callback.
     *
     * @param action gets the agent and the gateway's problem
     * @return this builder
     */
    public Builder onFenced(BiConsumer<String, ? super Problem> action) {
      this.onFenced = Objects.requireNonNull(action, "action");
      return this;
    }

    /**
     * Sets the callback for the result of each heartbeat, called on the sender's thread. Default:
     * no callback.
     *
     * @param action gets the agent and the result
     * @return this builder
     */
    public Builder onResult(BiConsumer<String, ? super BeatResult> action) {
      this.onResult = Objects.requireNonNull(action, "action");
      return this;
    }

    /**
     * Creates the client.
     *
     * @return a client without agents, not started
     */
    public FleetClient build() {
      return new FleetClient(this);
    }
  }
}
