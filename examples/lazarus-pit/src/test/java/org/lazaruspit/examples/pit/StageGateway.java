package org.lazaruspit.examples.pit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.lazaruspit.examples.pit.text.Json;
import tools.jackson.databind.node.ObjectNode;

/**
 * Gateway with scripted health, over real HTTP and without agents that send heartbeats. An agent
 * registered in a new incarnation is heard at once.
 */
final class StageGateway implements AutoCloseable {

  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, ObjectNode> agents = new ConcurrentSkipListMap<>();

  StageGateway() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    http.createContext("/", this::handle);
    http.setExecutor(threads);
    http.start();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** Adds a healthy agent, just heard. */
  void add(String id) {
    agents.put(id, agent(id, "healthy", 0));
  }

  private static ObjectNode agent(String id, String status, long incarnation) {
    ObjectNode agent = Json.object();
    agent.put("agent_id", id);
    agent.put("status", status);
    agent.put("incarnation", incarnation);
    agent.put("last_heartbeat", Instant.now().toEpochMilli() / 1000.0);
    agent.putNull("error_message");
    return agent;
  }

  /** Changes the health of an agent. */
  void change(String id, UnaryOperator<ObjectNode> change) {
    agents.computeIfPresent(id, (key, agent) -> change.apply(agent.deepCopy()));
  }

  void says(String id, String status, String error) {
    change(id, agent -> agent.put("status", status).put("error_message", error));
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String id = path.substring(path.lastIndexOf('/') + 1);
    if (path.equals("/health")) {
      ObjectNode all = Json.object();
      all.put("instance", "stage");
      ObjectNode found = all.putObject("agents");
      agents.forEach(found::set);
      answer(exchange, 200, Json.bytes(all));
    } else if (path.startsWith("/agent/") && exchange.getRequestMethod().equals("PUT")) {
      long incarnation =
          Json.parse(exchange.getRequestBody().readAllBytes()).path("incarnation").asLong();
      agents.put(id, agent(id, "healthy", incarnation));
      answer(exchange, 200, "{}".getBytes(UTF_8));
    } else if (path.startsWith("/agent/") && agents.containsKey(id)) {
      answer(exchange, 200, Json.bytes(agents.get(id)));
    } else {
      answer(exchange, 404, "{}".getBytes(UTF_8));
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
