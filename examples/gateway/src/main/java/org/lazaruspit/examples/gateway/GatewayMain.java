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

/** Runs a gateway until it is told to end. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    version = "gateway 0.1.0-SNAPSHOT",
    description = "Takes the heartbeats of agents, and tells how they are doing.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:ended as told", "1:could not start", "2:wrong use"})
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
      description = "Port, 0 for any that is free (${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--timeout",
      defaultValue = "300",
      description = "Seconds of silence that count as one failure (${DEFAULT-VALUE}).")
  private int timeout;

  @Option(
      names = "--interval",
      defaultValue = "30",
      description = "Seconds between heartbeats that agents are asked for (${DEFAULT-VALUE}).")
  private int interval;

  @Option(
      names = "--token-file",
      description =
          "File with tokens, a line each: TOKEN for everything, AGENT_ID TOKEN for one agent. Read again"
              + " when it changes. A TOKEN of 32 random characters or more also lets in each agent with"
              + " the token AGENT_ID.HEX, where HEX is the HMAC-SHA256 of AGENT_ID keyed with TOKEN.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--no-token",
      description = "Lets everybody in, also where --host can be reached from other machines.")
  private boolean noToken;

  @Option(
      names = "--example",
      description = "Registers two agents, and says how to talk to the gateway.")
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
      CountDownLatch told = endWhenTold();
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
      told.await();
      LOG.info("ending");
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
   * On SIGTERM or SIGINT the JVM runs this, and ends when it returns: hence it waits for the rest.
   */
  private CountDownLatch endWhenTold() {
    CountDownLatch told = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  told.countDown();
                  try {
                    if (ended.await(5, TimeUnit.SECONDS)) {
                      // To end as told is a success, which the JVM's own status of 143 is not.
                      Runtime.getRuntime().halt(0);
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "end"));
    return told;
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
    out.println("two agents are registered: writer-1 and auditor-1. Try:");
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
