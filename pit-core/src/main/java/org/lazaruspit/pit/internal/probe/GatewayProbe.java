package org.lazaruspit.pit.internal.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
 * Probes agents at their gateways over HTTP, with one request per gateway, and listens to gateways'
 * events. Passes on verdicts unchanged. Thread-safe.
 */
public final class GatewayProbe implements HealthProbe {

  private static final Logger log = LoggerFactory.getLogger(GatewayProbe.class);

  private final GatewayClient client = new GatewayClient();
  private final Map<GatewayAddress, String> instances = new ConcurrentHashMap<>();

  /** Makes an instance; it has no settings. */
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
              () -> results.add(unreachable(target, "no gateway configured", Duration.ZERO)));
    }
    for (Map.Entry<GatewayAddress, List<ProbeTarget>> entry : byGateway.entrySet()) {
      results.addAll(probe(entry.getKey(), entry.getValue()));
    }
    return results;
  }

  private List<ProbeResult> probe(GatewayAddress gateway, List<ProbeTarget> targets)
      throws InterruptedException {
    long started = System.nanoTime();
    try {
      return targets.size() == 1
          ? List.of(probeOne(gateway, targets.get(0)))
          : probeAll(gateway, targets);
    } catch (IOException e) {
      Duration waited = since(started);
      String reason =
          "gateway %s does not answer: %s".formatted(gateway.name(), GatewayClient.describe(e));
      return targets.stream().map(target -> unreachable(target, reason, waited)).toList();
    }
  }

  private ProbeResult probeOne(GatewayAddress gateway, ProbeTarget target)
      throws IOException, InterruptedException {
    long started = System.nanoTime();
    HttpResponse<InputStream> response =
        client.send(client.request(gateway, "/agent/" + target.key()).GET().build());
    try (InputStream body = GatewayClient.limited(response)) {
      if (response.statusCode() == 404) {
        return unknown(gateway, target, since(started));
      }
      GatewayClient.expect(response, 200);
      return AgentHealthResponse.readOne(body).toResult(target, since(started));
    }
  }

  private List<ProbeResult> probeAll(GatewayAddress gateway, List<ProbeTarget> targets)
      throws IOException, InterruptedException {
    long started = System.nanoTime();
    FleetHealthResponse response = fleet(gateway, targets);
    if (wasRestarted(gateway, response.instance())) {
      log.warn("gateway {}: restarted; registering its agents again", gateway.name());
      registerMissing(gateway, targets, response);
      response = fleet(gateway, targets);
    }
    Duration took = since(started);
    List<ProbeResult> results = new ArrayList<>();
    for (ProbeTarget target : targets) {
      AgentHealthResponse found = response.agents().get(target.key());
      results.add(found == null ? unknown(gateway, target, took) : found.toResult(target, took));
    }
    return results;
  }

  private FleetHealthResponse fleet(GatewayAddress gateway, List<ProbeTarget> targets)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        client.send(client.request(gateway, "/health").GET().build());
    Map<String, ProbeTarget> wanted =
        targets.stream().collect(Collectors.toMap(ProbeTarget::key, Function.identity()));
    try (InputStream body = GatewayClient.limited(response)) {
      GatewayClient.expect(response, 200);
      return FleetHealthResponse.read(body, wanted.keySet());
    }
  }

  /** Returns whether the gateway reports another instance than before. */
  private boolean wasRestarted(GatewayAddress gateway, String instance) {
    if (instance.isEmpty()) {
      return false;
    }
    String before = instances.put(gateway, instance);
    return before != null && !before.equals(instance);
  }

  /**
   * Registers agents whose incarnation the restarted gateway does not know, before their judgement.
   * After a failed registration the verdict of the gateway counts.
   */
  private void registerMissing(
      GatewayAddress gateway, List<ProbeTarget> targets, FleetHealthResponse response)
      throws InterruptedException {
    for (ProbeTarget target : targets) {
      AgentHealthResponse found = response.agents().get(target.key());
      long known = found == null ? 0 : found.incarnation();
      if (known < target.incarnation()) {
        try {
          register(target);
        } catch (IOException e) {
          log.warn(
              "{}: not registered at gateway {}: {}",
              target.agent(),
              gateway.name(),
              e.getMessage());
        }
      }
    }
  }

  /**
   * Registers with the agent's own token, which tells the gateway the agent's cell; with the pit's
   * if the gateway does not accept the former.
   */
  @Override
  public void register(ProbeTarget target) throws IOException, InterruptedException {
    if (target.gateway().isEmpty()) {
      return;
    }
    GatewayAddress gateway = target.gateway().get();
    String body = "{\"incarnation\":" + target.incarnation() + "}";
    String path = "/agent/" + target.key();
    HttpRequest.Builder request = client.request(gateway, path).PUT(BodyPublishers.ofString(body));
    Optional<String> own =
        GatewayClient.token(gateway).flatMap(secret -> AgentToken.of(secret, target));
    int status = 401;
    if (own.isPresent()) {
      HttpRequest.Builder byAgent = request.copy();
      status = client.status(byAgent.setHeader("Authorization", "Bearer " + own.get()).build());
    }
    if (status == 401) {
      status = client.status(request.build());
    }
    expect(path, status, 200, 201);
  }

  @Override
  public void unregister(ProbeTarget target) throws IOException, InterruptedException {
    if (target.gateway().isPresent()) {
      String path = "/agent/" + target.key();
      int status = client.status(client.request(target.gateway().get(), path).DELETE().build());
      expect(path, status, 204, 404);
    }
  }

  /** Retries a refused heartbeat without content: the sign of life counts all the same. */
  @Override
  public void heartbeat(ProbeTarget target, String heartbeat)
      throws IOException, InterruptedException {
    if (target.gateway().isEmpty()) {
      return;
    }
    String path = "/heartbeat/" + target.key() + "?incarnation=" + target.incarnation();
    int status = post(target.gateway().get(), path, heartbeat);
    if ((status == 400 || status == 413) && !heartbeat.isBlank()) {
      log.debug("{}: heartbeat refused with {}; sending it empty", target.agent(), status);
      status = post(target.gateway().get(), path, "");
    }
    expect(path, status, 200);
  }

  private int post(GatewayAddress gateway, String path, String body)
      throws IOException, InterruptedException {
    return client.status(client.request(gateway, path).POST(BodyPublishers.ofString(body)).build());
  }

  private static void expect(String path, int status, Integer... statuses) throws IOException {
    if (!List.of(statuses).contains(status)) {
      throw new IOException(path + " answered " + status);
    }
  }

  @Override
  public Listening listen(GatewayAddress gateway, Runnable onChange) {
    GatewayEventStream stream = new GatewayEventStream(client, gateway, onChange);
    stream.start();
    return stream;
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
}
