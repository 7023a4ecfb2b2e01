package org.lazaruspit.pit.builtin;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.lazaruspit.pit.spi.GatewayAddress;
import org.lazaruspit.pit.spi.HealthProbe;
import org.lazaruspit.pit.spi.ProbeResult;
import org.lazaruspit.pit.spi.ProbeResult.Verdict;
import org.lazaruspit.pit.spi.ProbeTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks gateways over HTTP: one request a gateway, however many agents it has. A gateway's verdict
 * is passed on as it is. Thread-safe.
 */
public final class GatewayProbe implements HealthProbe {

  private static final Logger log = LoggerFactory.getLogger(GatewayProbe.class);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_LIMIT)
          .build();

  /** A new instance; it needs no settings. */
  public GatewayProbe() {}

  @Override
  public String name() {
    return "gateway-http";
  }

  @Override
  public List<ProbeResult> probe(List<ProbeTarget> targets) throws InterruptedException {
    List<ProbeResult> results = new ArrayList<>();
    Map<GatewayAddress, List<ProbeTarget>> byGateway = new LinkedHashMap<>();
    for (ProbeTarget target : targets) {
      target
          .gateway()
          .ifPresentOrElse(
              gateway -> byGateway.computeIfAbsent(gateway, g -> new ArrayList<>()).add(target),
              () -> results.add(unreachable(target, "it names no gateway", Duration.ZERO)));
    }
    for (Map.Entry<GatewayAddress, List<ProbeTarget>> entry : byGateway.entrySet()) {
      results.addAll(probe(entry.getKey(), entry.getValue()));
    }
    return results;
  }

  private List<ProbeResult> probe(GatewayAddress gateway, List<ProbeTarget> targets)
      throws InterruptedException {
    long asked = System.nanoTime();
    try {
      return targets.size() == 1
          ? List.of(askOne(gateway, targets.get(0)))
          : askAll(gateway, targets);
    } catch (IOException e) {
      Duration waited = Duration.ofNanos(System.nanoTime() - asked);
      String reason = "gateway %s does not answer: %s".formatted(gateway.name(), describe(e));
      return targets.stream().map(target -> unreachable(target, reason, waited)).toList();
    }
  }

  private ProbeResult askOne(GatewayAddress gateway, ProbeTarget target)
      throws IOException, InterruptedException {
    long asked = System.nanoTime();
    URI uri = gateway.resolve("/agent/" + target.key());
    HttpResponse<InputStream> response = send(request(gateway, uri).GET().build());
    try (InputStream body = limited(response)) {
      if (response.statusCode() == 404) {
        return unknown(gateway, target, since(asked));
      }
      expect(response, 200);
      return AgentAnswer.readOne(body).toResult(target, since(asked));
    }
  }

  private List<ProbeResult> askAll(GatewayAddress gateway, List<ProbeTarget> targets)
      throws IOException, InterruptedException {
    long asked = System.nanoTime();
    HttpRequest request = request(gateway, gateway.resolve("/health")).GET().build();
    HttpResponse<InputStream> response = send(request);
    Map<String, ProbeTarget> wanted =
        targets.stream().collect(Collectors.toMap(ProbeTarget::key, Function.identity()));
    Map<String, AgentAnswer> answers = new HashMap<>();
    try (InputStream body = limited(response)) {
      expect(response, 200);
      AgentAnswer.readAll(body, wanted.keySet(), answers);
    }
    Duration took = since(asked);
    List<ProbeResult> results = new ArrayList<>();
    for (ProbeTarget target : targets) {
      AgentAnswer answer = answers.get(target.key());
      results.add(answer == null ? unknown(gateway, target, took) : answer.toResult(target, took));
    }
    return results;
  }

  @Override
  public void register(ProbeTarget target) throws IOException, InterruptedException {
    if (target.gateway().isEmpty()) {
      return;
    }
    GatewayAddress gateway = target.gateway().get();
    URI uri = gateway.resolve("/agent/" + target.key());
    String body = "{\"incarnation\":" + target.incarnation() + "}";
    HttpResponse<InputStream> response =
        send(request(gateway, uri).PUT(BodyPublishers.ofString(body)).build());
    try (InputStream answer = limited(response)) {
      expect(response, 200, 201);
      answer.readAllBytes();
    }
  }

  private HttpRequest.Builder request(GatewayAddress gateway, URI uri) throws IOException {
    HttpRequest.Builder builder = HttpRequest.newBuilder(uri).timeout(ANSWER_LIMIT);
    Path tokenFile = gateway.tokenFile();
    if (tokenFile != null) {
      builder.header("Authorization", "Bearer " + Files.readString(tokenFile).strip());
    }
    return builder;
  }

  private HttpResponse<InputStream> send(HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofInputStream());
  }

  /**
   * The client's own limit ends with the headers: a body that stalls, or never ends, is closed
   * under its reader.
   */
  private static InputStream limited(HttpResponse<InputStream> response) {
    InputStream body = response.body();
    Executor whenTooLate =
        CompletableFuture.delayedExecutor(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    whenTooLate.execute(
        () -> {
          try {
            body.close();
          } catch (IOException e) {
            log.debug("{}: could not be closed: {}", response.uri(), e.getMessage());
          }
        });
    return body;
  }

  private static void expect(HttpResponse<?> response, Integer... statuses) throws IOException {
    if (!List.of(statuses).contains(response.statusCode())) {
      throw new IOException(response.uri().getPath() + " answered " + response.statusCode());
    }
  }

  private static ProbeResult unknown(GatewayAddress gateway, ProbeTarget target, Duration took) {
    return ProbeResult.of(
        target, Verdict.UNKNOWN, "gateway " + gateway.name() + " does not know it", took);
  }

  private static ProbeResult unreachable(ProbeTarget target, String reason, Duration took) {
    return ProbeResult.of(target, Verdict.UNREACHABLE, reason, took);
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  /** Some of the client's exceptions have no message of their own. */
  private static String describe(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
