package org.lazaruspit.examples.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.http.HeartbeatServer;

/**
 * Measures requests per second over loopback with <a href="https://github.com/wg/wrk">wrk</a>:
 * {@link HeartbeatServer} against a bare {@code HttpServer} with a constant answer, in one JVM, in
 * turns.
 *
 * <p>{@code java -cp target/benchmarks.jar org.lazaruspit.examples.benchmarks.WireLoad [SECONDS
 * [NAME]]}
 */
public final class WireLoad {

  private static final int PAIRS = 7;
  private static final int AGENTS = 10_000;
  private static final byte[] CONSTANT =
      "{\"status\":\"ok\",\"agent_id\":\"writer-1\",\"timestamp\":1767258000.123456,\"next_heartbeat\":30}"
          .getBytes(UTF_8);
  private static final String HEARTBEAT =
      "{\"response_time\": 0.125, \"progress\": \"step 12 of 40, page 7\"}";

  private final int seconds;
  private final String nameFilter;
  private final Path scripts;

  private WireLoad(int seconds, String nameFilter, Path scripts) {
    this.seconds = seconds;
    this.nameFilter = nameFilter;
    this.scripts = scripts;
  }

  /**
   * Runs the measurements.
   *
   * @param args seconds of each measurement, 1 by default; a part of the names of the measurements
   *     to run, all by default
   * @throws Exception if wrk is missing, or a server cannot be started
   */
  public static void main(String[] args) throws Exception {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    Path scripts = Files.createTempDirectory("wire-load");
    try {
      int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 1;
      new WireLoad(seconds, args.length > 1 ? args[1] : "", scripts).run();
    } finally {
      try (var files = Files.list(scripts)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(scripts);
    }
    // The threads of the pool would delay the exit by a minute.
    System.exit(0);
  }

  private void run() throws Exception {
    Executor threads = threads();
    HttpServer bare =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
    try (HealthRegistry registry = HealthRegistry.create();
        HeartbeatServer ours = HeartbeatServer.builder(registry).port(0).executor(threads).start();
        HeartbeatServer own = HeartbeatServer.builder(registry).port(0).start()) {
      registry.start();
      for (int i = 0; i < AGENTS; i++) {
        registry.register("agent-" + i, Map.of("task", "task-" + i, "text", "x".repeat(20)), 1);
      }
      byte[] health = get(own.uri() + "/health");
      bare.createContext("/", exchange -> answer(exchange, CONSTANT));
      bare.createContext("/health", exchange -> answer(exchange, health));
      bare.setExecutor(threads);
      bare.start();
      String bareUrl = "http://127.0.0.1:" + bare.getAddress().getPort();
      System.out.printf(
          Locale.ROOT,
          "JDK %s, %d CPUs, %d s a measurement, median of %d pairs%n",
          Runtime.version(),
          Runtime.getRuntime().availableProcessors(),
          seconds,
          PAIRS);
      Path post = script("post", "POST", HEARTBEAT);
      String path = "/heartbeat/writer-1";
      for (int connections : new int[] {1, 8, 64}) {
        compare(
            "POST /heartbeat, given threads", connections, post, bareUrl + path, ours.uri() + path);
      }
      for (int connections : new int[] {1, 8, 64}) {
        compare(
            "POST /heartbeat, own threads", connections, post, bareUrl + path, own.uri() + path);
      }
      Path get = script("get", "GET", "");
      compare(
          "GET /health, " + health.length / 1_000 + " kB",
          8,
          get,
          bareUrl + "/health",
          own.uri() + "/health");
      for (int agents : new int[] {100, 1_000}) {
        Path many = script("many" + agents, "POST", many(agents));
        compare("POST /heartbeats of " + agents, 8, many, bareUrl + "/", own.uri() + "/heartbeats");
      }
    } finally {
      bare.stop(0);
    }
  }

  private static Executor threads() throws ReflectiveOperationException {
    return Runtime.version().feature() >= 21
        ? (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null)
        : Executors.newCachedThreadPool();
  }

  private static void answer(HttpExchange exchange, byte[] constant) throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, constant.length);
    exchange.getResponseBody().write(constant);
    exchange.close();
  }

  private static String many(int agents) {
    List<String> heartbeats = new ArrayList<>();
    for (int i = 0; i < agents; i++) {
      heartbeats.add("\"agent-" + i + "\": {\"incarnation\": 1}");
    }
    return "{\"agents\": {" + String.join(", ", heartbeats) + "}}";
  }

  private static byte[] get(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
  }

  private Path script(String name, String method, String body) throws IOException {
    String lua = "wrk.method = \"" + method + "\"\nwrk.body = [==[" + body + "]==]\n";
    return Files.writeString(scripts.resolve(name + ".lua"), lua);
  }

  /**
   * Rate of requests, 99th percentile of the latency, and processor time of this JVM per request.
   */
  private record Rate(double perSecond, String p99, double cpuMicros) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%7.0f/s p99 %8s %7.1f us CPU", perSecond, p99, cpuMicros);
    }
  }

  /** Two consecutive measurements. */
  private record Pair(Rate bare, Rate ours) {
    double ratio() {
      return ours.perSecond() / bare.perSecond();
    }
  }

  /** Measures pairs, with the first side alternating: other load of the machine affects both. */
  private void compare(String name, int connections, Path script, String bare, String ours)
      throws Exception {
    if (!name.contains(nameFilter)) {
      return;
    }
    List<Pair> pairs = new ArrayList<>();
    wrk(connections, script, bare);
    wrk(connections, script, ours);
    for (int i = 0; i < PAIRS; i++) {
      Rate first = wrk(connections, script, i % 2 == 0 ? bare : ours);
      Rate second = wrk(connections, script, i % 2 == 0 ? ours : bare);
      pairs.add(i % 2 == 0 ? new Pair(first, second) : new Pair(second, first));
    }
    pairs.sort(Comparator.comparingDouble(Pair::ratio));
    Pair middle = pairs.get(PAIRS / 2);
    System.out.printf(
        Locale.ROOT,
        "%-30s %2d connections: bare %s, ours %s, rate %.2f (%.2f to %.2f) CPU %.2f%n",
        name,
        connections,
        middle.bare(),
        middle.ours(),
        middle.ratio(),
        pairs.get(0).ratio(),
        pairs.get(PAIRS - 1).ratio(),
        middle.ours().cpuMicros() / middle.bare().cpuMicros());
  }

  private static final Pattern PER_SECOND = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final Pattern P99 = Pattern.compile("\\n\\s+99%\\s+(\\S+)");

  private Rate wrk(int connections, Path script, String url) throws Exception {
    long cpu = PROCESS.getProcessCpuTime();
    Process wrk =
        new ProcessBuilder(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + seconds + "s",
                "--latency",
                "-s",
                script.toString(),
                url)
            .redirectErrorStream(true)
            .start();
    String output = new String(wrk.getInputStream().readAllBytes(), UTF_8);
    Matcher rate = PER_SECOND.matcher(output);
    Matcher p99 = P99.matcher(output);
    Matcher requests = REQUESTS.matcher(output);
    if (wrk.waitFor() != 0
        || !rate.find()
        || !p99.find()
        || !requests.find()
        || output.contains("Non-2xx")) {
      throw new IllegalStateException("wrk " + url + ": " + output);
    }
    double micros = (PROCESS.getProcessCpuTime() - cpu) / 1e3 / Long.parseLong(requests.group(1));
    return new Rate(Double.parseDouble(rate.group(1)), p99.group(1), micros);
  }
}
