package org.lazaruspit.examples.gateway;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.heartbeat.HealthEvent;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.lazaruspit.heartbeat.HealthRules;
import org.lazaruspit.heartbeat.http.HeartbeatServer;
import org.lazaruspit.heartbeat.http.TokenCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a gateway until SIGTERM or SIGINT. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    version = "gateway 0.1.0-SNAPSHOT",
    description = "Receives the heartbeats of agents and reports the agents' health.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:ended by a signal", "1:could not start", "2:wrong use"})
public final class GatewayMain implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(GatewayMain.class);

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to bind to (${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Port, 0 for any free port (${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--timeout",
      defaultValue = "300",
      description = "Seconds of silence that count as one failure (${DEFAULT-VALUE}).")
  private int timeout;

  @Option(
      names = "--interval",
      defaultValue = "30",
      description = "Seconds between two heartbeats of an agent (${DEFAULT-VALUE}).")
  private int interval;

  @Option(
      names = "--token-file",
      description =
          "File with one token per line: TOKEN for all requests, AGENT_ID TOKEN for one agent. Read again"
              + " when it changes. A TOKEN of at least 32 random characters also admits each agent with"
              + " the token AGENT_ID.HEX, where HEX is the HMAC-SHA256 of AGENT_ID keyed with TOKEN.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--no-token",
      description = "Admits all clients without a token, even if other machines can reach --host.")
  private boolean noToken;

  @Option(names = "--example", description = "Registers two agents and prints example requests.")
  private boolean example;

  private final CountDownLatch ended = new CountDownLatch(1);

  private GatewayMain() {}

  /**
   * Starts the gateway.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new GatewayMain()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      return serve();
    } finally {
      ended.countDown();
    }
  }

  private int serve() throws InterruptedException {
    PrintWriter out = commandLine().getOut();
    try (HealthRegistry registry = HealthRegistry.builder().rules(rules()).build();
        HeartbeatServer server = server(registry)) {
      CountDownLatch signal = awaitSignal();
      registry.addListener("log", GatewayMain::log);
      registry.start();
      if (example) {
        registry.register("writer-1", Map.of("model", "large", "role", "write"), 0);
        registry.register("auditor-1", Map.of("model", "small", "role", "audit"), 0);
      }
      out.println("listening on " + server.uri());
      if (example) {
        explain(out, server.uri().toString());
      }
      out.flush();
      signal.await();
      LOG.info("shutting down");
      return 0;
    } catch (IOException | IllegalStateException e) {
      commandLine()
          .getErr()
          .println("gateway: cannot start at " + host + ":" + port + ": " + e.getMessage());
      return 1;
    }
  }

  private HealthRules rules() {
    try {
      return HealthRules.builder()
          .timeout(Duration.ofSeconds(timeout))
          .heartbeatInterval(Duration.ofSeconds(interval))
          .build();
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private HeartbeatServer server(HealthRegistry registry) throws IOException {
    HeartbeatServer.Builder builder;
    try {
      builder = HeartbeatServer.builder(registry).host(host).port(port);
      if (tokenFile != null) {
        builder.tokens(TokenCheck.fromFile(tokenFile));
      }
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(commandLine(), String.valueOf(e.getMessage()));
    }
    return noToken ? builder.withoutToken().start() : builder.start();
  }

  /**
   * Returns a latch that SIGTERM or SIGINT opens. The JVM exits when its shutdown hooks return, so
   * the hook waits until {@link #call} ends.
   */
  private CountDownLatch awaitSignal() {
    CountDownLatch signal = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  signal.countDown();
                  try {
                    if (ended.await(5, TimeUnit.SECONDS)) {
                      // The JVM's own status after a signal is 143; a clean end is a success.
                      Runtime.getRuntime().halt(0);
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "end"));
    return signal;
  }

  private static void log(HealthEvent event) {
    LOG.info(
        "{} is {} (was {}, {}){}",
        event.agentId(),
        event.to().wireName(),
        event.from().wireName(),
        event.cause().wireName(),
        event.message() == null ? "" : ": " + event.message());
  }

  private void explain(PrintWriter out, String url) {
    String token = tokenFile == null ? "" : " -H \"Authorization: Bearer TOKEN\"";
    out.println("registered two agents: writer-1 and auditor-1. Try:");
    out.println("  curl" + token + " " + url + "/health");
    out.println("  curl" + token + " -X POST " + url + "/heartbeat/writer-1");
    out.println(
        "  curl"
            + token
            + " -d '{\"progress\": \"step 2\", \"metadata\": {\"task\": \"t-7\"}}' "
            + url
            + "/heartbeat/writer-1");
    out.println(
        "  curl" + token + " -d '{\"error\": \"out of memory\"}' " + url + "/failure/auditor-1");
    out.println("  curl" + token + " -N " + url + "/events");
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return spec.commandLine();
  }
}
