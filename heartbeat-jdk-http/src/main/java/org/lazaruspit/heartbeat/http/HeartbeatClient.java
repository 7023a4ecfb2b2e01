package org.lazaruspit.heartbeat.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.Incarnation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the heartbeats of one agent to a gateway. In an agent started by a pit:
 *
 * <pre>{@code
 * HeartbeatClient heart = HeartbeatClient.fromEnvironment().onFenced(problem -> System.exit(1)).build();
 * heart.start(() -> Heartbeat.builder().progress(stepsDone()).build());
 * }</pre>
 *
 * <p>The periodic sender follows the interval that the gateway requests, up to a tenth earlier at
 * random. While the gateway is unreachable it retries after 1 second, then 2, 4 and so on up to the
 * interval, each up to half earlier at random; missed heartbeats are not sent later. It gets the
 * agent's state before each heartbeat. After a newer incarnation has replaced the agent, it calls
 * the callback and stops.
 *
 * <p>All clients of a JVM share one {@link HttpClient} unless another one is set. Thread-safe.
 */
public final class HeartbeatClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatClient.class);
  private static final byte[] EMPTY = {};

  private final URI url;
  private final GatewayConnection gateway;
  private final Consumer<? super Problem> onFenced;
  private final Consumer<? super BeatResult> onResult;
  private final SendSchedule schedule = new SendSchedule(new SplittableRandom());
  private volatile Supplier<Heartbeat> source = () -> Heartbeat.EMPTY;
  private final DeliveryLog deliveryLog;
  private final RepeatingTask sender;

  private HeartbeatClient(Builder builder) {
    this.url = builder.url;
    this.gateway = builder.gateway();
    this.onFenced = builder.onFenced;
    this.onResult = builder.onResult;
    this.deliveryLog = new DeliveryLog(url);
    this.sender = new RepeatingTask("lazarus-heartbeat " + url.getPath(), this::step);
  }

  /**
   * Returns a builder for an agent at a gateway.
   *
   * @param gateway the base URL of the gateway, for example {@code http://127.0.0.1:8080}
   * @param agentId the agent
   * @return a new builder
   */
  public static Builder builder(URI gateway, String agentId) {
    String base = gateway.toString().replaceFirst("/+$", "");
    return toUrl(URI.create(base + "/heartbeat/" + agentId));
  }

  /**
   * Returns a builder for a complete URL, as in {@code LAZARUS_HEARTBEAT_URL}.
   *
   * @param url the URL with the agent and, if known, the incarnation
   * @return a new builder
   */
  public static Builder toUrl(URI url) {
    return new Builder(url);
  }

  /**
   * Returns a builder with the settings of the environment of an agent that a pit started: {@code
   * LAZARUS_HEARTBEAT_URL} and, if set, {@code LAZARUS_TOKEN_FILE}.
   *
   * @return a new builder
   * @throws IllegalStateException if the URL is not set
   */
  public static Builder fromEnvironment() {
    return fromEnvironment(System.getenv());
  }

  static Builder fromEnvironment(Map<String, String> environment) {
    String url = environment.getOrDefault("LAZARUS_HEARTBEAT_URL", "");
    if (url.isEmpty()) {
      throw new IllegalStateException(
          "LAZARUS_HEARTBEAT_URL is not set; a pit sets it for the agents it starts");
    }
    Builder builder = toUrl(URI.create(url));
    String tokenFile = environment.getOrDefault("LAZARUS_TOKEN_FILE", "");
    return tokenFile.isEmpty() ? builder : builder.tokenFile(Path.of(tokenFile));
  }

  /**
   * Sends one heartbeat without further data and waits for the response.
   *
   * @return the result
   */
  public BeatResult beat() {
    return beat(Heartbeat.EMPTY);
  }

  /**
   * Sends one heartbeat and waits for the response. An interrupt of the thread ends the wait.
   *
   * @param beat the data of the heartbeat
   * @return the result
   */
  public BeatResult beat(Heartbeat beat) {
    try {
      GatewayConnection.Response response = gateway.post(url, body(beat));
      return response.status() == 200
          ? ResponseReader.accepted(response.body())
          : response.refused();
    } catch (IOException e) {
      return new BeatResult.Unreachable(e);
    }
  }

  private static byte[] body(Heartbeat beat) {
    if (isEmpty(beat)) {
      return EMPTY;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonWriter json = new JsonWriter(bytes)) {
      WireWriter.heartbeat(json, beat);
    }
    return bytes.toByteArray();
  }

  private static boolean isEmpty(Heartbeat beat) {
    return !beat.hasIncarnation()
        && beat.responseTime() == null
        && beat.progress() == null
        && beat.waiting() == null
        && beat.metadata().isEmpty();
  }

  /**
   * Starts the periodic sender, on a daemon thread, with heartbeats without further data.
   *
   * @throws IllegalStateException if already started, or closed
   */
  public void start() {
    sender.start();
  }

  /**
   * Starts the periodic sender, on a daemon thread.
   *
   * @param state called before each heartbeat for its data
   * @throws IllegalStateException if already started, or closed
   */
  public void start(Supplier<Heartbeat> state) {
    this.source = Objects.requireNonNull(state, "state");
    sender.start();
  }

  /** Sends the next heartbeat at once. */
  public void beatSoon() {
    sender.soon();
  }

  private @Nullable Duration step() {
    BeatResult result = beat(source.get());
    deliveryLog.report(result);
    onResult.accept(result);
    if (result instanceof BeatResult.Refused refused && refused.isFenced()) {
      LOG.info("heartbeats to {}: fenced off: {}; stopping", url, refused.problem().detail());
      onFenced.accept(refused.problem());
      return null;
    }
    return schedule.after(result);
  }

  /** Stops the periodic sender. May be called repeatedly, also from callbacks. */
  @Override
  public void close() {
    sender.close();
  }

  /** Builder of a client. Not thread-safe. */
  public static final class Builder extends ClientSettings<Builder> {
    private URI url;
    private Consumer<? super Problem> onFenced = problem -> {};
    private Consumer<? super BeatResult> onResult = result -> {};

    private Builder(URI url) {
      this.url = Objects.requireNonNull(url, "url");
    }

    /**
     * Sets the agent's incarnation. Default: the incarnation in the URL, if any.
     *
     * @param number 0 to {@link Incarnation#MAX}
     * @return this builder
     * @throws IllegalArgumentException if the number is outside of the range, or if the URL has a
     *     query already
     */
    public Builder incarnation(long number) {
      Incarnation.require(number);
      if (url.getRawQuery() != null) {
        throw new IllegalArgumentException(
            "incarnation: "
                + number
                + " is given, but the URL has a query already: "
                + url.getRawQuery());
      }
      this.url = URI.create(url + "?incarnation=" + number);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets the callback for an agent that a newer incarnation has replaced. The periodic sender
     * calls it once, on its own thread, and stops. Default: no callback.
     *
     * @param action gets the gateway's problem
     * @return this builder
     */
    public Builder onFenced(Consumer<? super Problem> action) {
      this.onFenced = Objects.requireNonNull(action, "action");
      return this;
    }

    /**
     * Sets the callback for the result of each heartbeat of the periodic sender, called on its
     * thread. Default: no callback.
     *
     * @param action gets each result
     * @return this builder
     */
    public Builder onResult(Consumer<? super BeatResult> action) {
      this.onResult = Objects.requireNonNull(action, "action");
      return this;
    }

    /**
     * Creates the client.
     *
     * @return a client, not started
     */
    public HeartbeatClient build() {
      return new HeartbeatClient(this);
    }
  }
}
