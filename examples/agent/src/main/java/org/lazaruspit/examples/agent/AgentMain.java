package org.lazaruspit.examples.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.lazaruspit.cell.CheckpointContent;
import org.lazaruspit.cell.Checkpoints;
import org.lazaruspit.cell.Incarnation;
import org.lazaruspit.heartbeat.Heartbeat;
import org.lazaruspit.heartbeat.http.HeartbeatClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Example agent, started by a pit. Reads its id, incarnation and checkpoint from {@code LAZARUS_*}
 * variables, works step by step, saves each step as a checkpoint, and reports it as progress. Ends
 * when the gateway reports a newer incarnation.
 */
public final class AgentMain {

  /** Pause between two steps, to save processor time. */
  private static final Duration PACE = Duration.ofMillis(300);

  private static final JsonMapper JSON = new JsonMapper();

  private final String id;
  private final long incarnation;
  private final Path cell;
  private final Checkpoints checkpoints;
  private final CountDownLatch fenced = new CountDownLatch(1);
  private volatile HashChain work;

  private AgentMain(Map<String, String> environment) throws IOException {
    id = required(environment, "LAZARUS_AGENT_ID");
    incarnation = Incarnation.require(Long.parseLong(required(environment, "LAZARUS_INCARNATION")));
    cell = Path.of(required(environment, "LAZARUS_CELL"));
    checkpoints = Checkpoints.of(cell);
    work = restore(environment.getOrDefault("LAZARUS_CHECKPOINT", ""));
  }

  /**
   * Runs until a newer incarnation exists.
   *
   * @param args unused
   * @throws IOException if the cell cannot be written
   * @throws InterruptedException never in practice
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    new AgentMain(System.getenv()).run();
  }

  private static String required(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "");
    if (value.isEmpty()) {
      throw new IllegalStateException(name + ": not set; a pit starts this program");
    }
    return value;
  }

  private static HashChain restore(String checkpoint) throws IOException {
    if (checkpoint.isEmpty()) {
      return HashChain.BEGINNING;
    }
    JsonNode state = JSON.readTree(Files.readString(Path.of(checkpoint, "state.json")));
    return new HashChain(state.required("step").longValue(), state.required("value").stringValue());
  }

  private void run() throws IOException, InterruptedException {
    String start =
        "%s %d %d %d%n"
            .formatted(
                id, incarnation, ProcessHandle.current().pid(), Instant.now().getEpochSecond());
    Files.writeString(
        cell.resolve("artifacts").resolve("starts.log"),
        start,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    System.out.printf(
        "incarnation %d: going on from step %d, value %s%n",
        incarnation, work.step(), work.value());
    try (HeartbeatClient heartbeats =
        HeartbeatClient.fromEnvironment().onFenced(newer -> fenced.countDown()).build()) {
      heartbeats.start(() -> Heartbeat.builder().progress(work.step()).build());
      do {
        HashChain next = work.next();
        save(next);
        work = next;
      } while (!fenced.await(PACE.toMillis(), TimeUnit.MILLISECONDS));
    }
    System.out.println("a newer incarnation exists: ending");
  }

  private void save(HashChain next) throws IOException {
    Map<String, Object> state = Map.of("step", next.step(), "value", next.value());
    Map<String, Object> context = Map.of("task", "hash chain", "next_step", next.step() + 1);
    checkpoints.save(
        id,
        incarnation,
        CheckpointContent.of(
            JSON.writeValueAsString(state).getBytes(UTF_8),
            JSON.writeValueAsString(context).getBytes(UTF_8)));
  }
}
