package org.lazaruspit.examples.mcp;

import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line {@code mcp-server}. */
@Command(
    name = "mcp-server",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description =
        "Serves mission cells, health and revivals as MCP tools, over standard input and output.",
    footer = {
      "",
      "An MCP client starts this program. To start it by hand:",
      "  mcp-server --root /var/missions --pit ~/.lazarus/config.json",
    })
public final class Main implements Callable<Integer> {

  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(15);
  private static final String INSTRUCTIONS =
      """
      A mission cell is a directory with the configuration, agents and tasks of one mission. Create a cell, add agents, \
      then add tasks and assign them to agents. A pit revives agents that die. The tool request_revival requests a \
      revival; the mission's policy or an operator decides about it, never a tool.\
      """;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      required = true,
      description = "The missions root: the directory that holds the cells.")
  private Path root = Path.of("");

  @Option(
      names = "--gateway",
      paramLabel = "URL",
      description = "The gateway to read health from, for example http://127.0.0.1:8080.")
  private @Nullable URI gateway;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "The file with the token for the gateway.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--pit",
      paramLabel = "CONFIG_FILE",
      description = "The configuration of the pit to read health and revivals from.")
  private @Nullable Path pit;

  @Spec private @Nullable CommandSpec spec;

  private Main() {}

  /**
   * Serves until standard input ends.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    CommandLine commands = new CommandLine(new Main());
    commands.setExecutionExceptionHandler(
        (failure, command, parsed) -> reportFailure(failure, command));
    System.exit(commands.execute(args));
  }

  private static int reportFailure(Exception failure, CommandLine command) throws Exception {
    if (!(failure instanceof IOException)) {
      throw failure;
    }
    command.getErr().println("mcp-server: " + failure.getMessage());
    return 1;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkOptions();
    ToolCatalog toolbox = toolbox();
    // Other output must not mix with the protocol.
    try (OutputStream protocol = new FileOutputStream(FileDescriptor.out)) {
      System.setOut(System.err);
      serve(toolbox, System.in, protocol);
    }
    return 0;
  }

  private void checkOptions() {
    if (tokenFile != null && gateway == null) {
      throw usageError("--token-file needs --gateway");
    }
    if (gateway != null
        && (gateway.getHost() == null || !String.valueOf(gateway.getScheme()).matches("https?"))) {
      throw usageError("--gateway: " + gateway + " is not a URL such as http://127.0.0.1:8080");
    }
  }

  private CommandLine.ParameterException usageError(String message) {
    return new CommandLine.ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  static void serve(ToolCatalog toolbox, InputStream in, OutputStream out)
      throws IOException, InterruptedException {
    LineTransport transport = new LineTransport(new JacksonMcpJsonMapper(Json.MAPPER), in, out);
    McpSyncServer server =
        McpServer.sync(transport)
            .serverInfo("lazarus-pit", Version.number())
            .instructions(INSTRUCTIONS)
            .capabilities(ServerCapabilities.builder().tools(false).build())
            .tools(toolbox.specifications())
            .build();
    transport.serve(DRAIN_LIMIT);
    server.close();
  }

  private ToolCatalog toolbox() throws IOException {
    Missions missions = missions();
    LimitedHttpClient web = new LimitedHttpClient();
    Optional<PitClient> pitClient = Optional.ofNullable(pit).map(file -> new PitClient(web, file));
    Optional<HealthSource> health =
        Optional.<HealthSource>ofNullable(
                gateway == null
                    ? null
                    : new GatewayHealth(web, missions, gateway, Optional.ofNullable(tokenFile)))
            .or(() -> pitClient.map(PitHealth::new));
    return new ToolCatalog(missions, health, pitClient);
  }

  private Missions missions() throws IOException {
    try {
      return new Missions(root);
    } catch (NotDirectoryException e) {
      throw new IOException("--root: " + root + " is not a directory", e);
    }
  }

  /** Version of this program, from the JAR's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    static String number() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "(not packaged)" : version;
    }

    @Override
    public String[] getVersion() {
      return new String[] {"mcp-server " + number()};
    }
  }
}
