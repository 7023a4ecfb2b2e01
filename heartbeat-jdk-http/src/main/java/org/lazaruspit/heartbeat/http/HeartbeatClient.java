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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the heartbeats of one agent to a gateway. From an agent that was started by a pit:
 *
 * <pre>{@code
 * HeartbeatClient heart = HeartbeatClient.fromEnvironment().onFenced(problem -> System.exit(1)).build();
 * heart.start(() -> Heartbeat.builder().progress(stepsDone()).build());
 * }</pre>
 *
 * <p>The steady sender follows the interval that the gateway asks for, a tenth of it earlier at
 * random. While the gateway is away it tries again after 1 second, then 2, 4 and so on up to the
 * interval, each up to half earlier at random; what was missed is not made up for. It asks for the
 * agent's state anew each time. When a newer incarnation has taken the agent's place, it says so
 * and ends.
 *
 * <p>All clients of a JVM share one {@link HttpClient} unless another one is handed in.
 * Thread-safe.
 */
public final class HeartbeatClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatClient.class);
  private static final byte[] NOTHING = {};

  private final URI url;
  private final GatewayConnection gateway;
  private final Consumer<? super Problem> onFenced;
  private final Consumer<? super BeatResult> onResult;
  private final SendSchedule pace = new SendSchedule(new SplittableRandom());
  private volatile Supplier<Heartbeat> source = () -> Heartbeat.EMPTY;
  private final DeliveryLog trouble;
  private final RepeatingTask rhythm;

  private HeartbeatClient(Builder builder) {
    this.url = builder.url;
    this.gateway = builder.gateway();
    this.onFenced = builder.onFenced;
    this.onResult = builder.onResult;
    this.trouble = new DeliveryLog(url);
    this.rhythm = new RepeatingTask("lazarus-heartbeat " + url.getPath(), this::step);
  }

  /**
   * A client for an agent at a gateway.
   *
   * @param gateway where the gateway's interface is mounted, for example {@code
   *     http://127.0.0.1:8080}
   * @param agentId the agent
   * @return a new builder
   */
  public static Builder builder(URI gateway, String agentId) {
    String base = gateway.toString().replaceFirst("/+$", "");
    return toUrl(URI.create(base + "/heartbeat/" + agentId));
  }

  /**
   * A client that posts to a ready-made URL, as it stands in {@code LAZARUS_HEARTBEAT_URL}.
   *
   * @param url the URL with the agent and, where there is one, the incarnation
   * @return a new builder
   */
  public static Builder toUrl(URI url) {
    return new Builder(url);
  }

  /**
   * A client set up by the environment that a pit starts its agents with: {@code
   * LAZARUS_HEARTBEAT_URL} and, where it is set, {@code LAZARUS_TOKEN_FILE}.
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
          "LAZARUS_HEARTBEAT_URL is not set: was this agent started by a pit?");
    }
    Builder builder = toUrl(URI.create(url));
    String tokenFile = environment.getOrDefault("LAZARUS_TOKEN_FILE", "");
    return tokenFile.isEmpty() ? builder : builder.tokenFile(Path.of(tokenFile));
  }

  /**
   * Sends one heartbeat that says no more than that the agent lives, and waits for the answer.
   *
   * @return what became of it
   */
  public BeatResult beat() {
    return beat(Heartbeat.EMPTY);
  }

  /**
   * Sends one heartbeat and waits for the answer. Interrupting the thread ends the waiting.
   *
   * @param beat what to say
   * @return what became of it
   */
  public BeatResult beat(Heartbeat beat) {
    try {
      GatewayConnection.Answer answer = gateway.post(url, body(beat));
      return answer.status() == 200 ? ResponseReader.accepted(answer.body()) : answer.refused();
    } catch (IOException e) {
      return new BeatResult.Unreachable(e);
    }
  }

  private static byte[] body(Heartbeat beat) {
    if (saysNothing(beat)) {
      return NOTHING;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonWriter json = new JsonWriter(bytes)) {
      WireWriter.heartbeat(json, beat);
    }
    return bytes.toByteArray();
  }

  private static boolean saysNothing(Heartbeat beat) {
    return !beat.hasIncarnation()
        && beat.responseTime() == null
        && beat.progress() == null
        && beat.waiting() == null
        && beat.metadata().isEmpty();
  }

  /**
   * Starts sending, on a daemon thread, heartbeats that say no more than that the agent lives.
   *
   * @throws IllegalStateException if already started, or closed
   */
  public void start() {
    rhythm.start();
  }

  /**
   * Starts sending, on a daemon thread.
   *
   * @param state asked before each heartbeat what it should say
   * @throws IllegalStateException if already started, or closed
   */
  public void start(Supplier<Heartbeat> state) {
    this.source = Objects.requireNonNull(state, "state");
    rhythm.start();
  }

  /** Has the next heartbeat sent at once: something worth saying has happened. */
  public void beatSoon() {
    rhythm.soon();
  }

  private @Nullable Duration step() {
    BeatResult result = beat(source.get());
    trouble.report(result);
    onResult.accept(result);
    if (result instanceof BeatResult.Refused refused && refused.isFenced()) {
      LOG.info("fenced off, no more heartbeats: {}", refused.problem().detail());
      onFenced.accept(refused.problem());
      return null;
    }
    return pace.after(result);
  }

  /** Ends the sending. Can be called more than once, also from the callbacks. */
  @Override
  public void close() {
    rhythm.close();
  }

  /** Settings of a client. Not thread-safe. */
  public static final class Builder extends ClientSettings<Builder> {
    private URI url;
    private Consumer<? super Problem> onFenced = problem -> {};
    private Consumer<? super BeatResult> onResult = result -> {};

    private Builder(URI url) {
      this.url = Objects.requireNonNull(url, "url");
    }

    /**
     * Says in which incarnation the agent lives. Default: what the URL says, else none.
     *
     * @param number 0 or more
     * @return this builder
     * @throws IllegalArgumentException if it is negative, or if the URL says something already
     */
    public Builder incarnation(long number) {
      if (number < 0) {
        throw new IllegalArgumentException("incarnation: " + number + " is negative");
      }
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
     * Sets who is told when a newer incarnation has taken the agent's place. The steady sender
     * calls it once, on its own thread, and ends. Default: nobody.
     *
     * @param action gets what the gateway said
     * @return this builder
     */
    public Builder onFenced(Consumer<? super Problem> action) {
      this.onFenced = Objects.requireNonNull(action, "action");
      return this;
    }

    /**
     * Sets who is told what became of each heartbeat of the steady sender, on its own thread.
     * Default: nobody.
     *
     * @param action gets each result
     * @return this builder
     */
    public Builder onResult(Consumer<? super BeatResult> action) {
      this.onResult = Objects.requireNonNull(action, "action");
      return this;
    }

    /**
     * Makes the client.
     *
     * @return a client that has not started to send
     */
    public HeartbeatClient build() {
      return new HeartbeatClient(this);
    }
  }
}
