package org.lazaruspit.examples.pit;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line {@code lazarus-pit}. */
@Command(
    name = "lazarus-pit",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Notices the death of agents and brings each back once, with its memory.",
    footer = {
      "",
      "Without a command it runs the daemon.",
      "",
      "Examples:",
      "  lazarus-pit --create-config",
      "  lazarus-pit cell create --name \"Sort the archive\" --root /var/missions",
      "  lazarus-pit run --config ~/.lazarus/config.json",
      "  lazarus-pit run --dry-run"
    },
    subcommands = {
      RunCommand.class,
      StatusCommand.class,
      CellCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Callable<Integer> {

  @Mixin private final ConfigFile config = new ConfigFile();

  @Mixin private final DryRun dryRun = new DryRun();

  @Mixin private final Logging logging = new Logging();

  @Option(
      names = "--create-config",
      description = "Write an example configuration; refuses to overwrite one.")
  private boolean createConfig;

  @Option(names = "--status", description = "The same as the command status.")
  private boolean status;

  @Spec private @Nullable CommandSpec spec;

  private Main() {}

  /**
   * Runs a command and ends the JVM with its exit status: 0 done, 1 the answer is no, 2 wrong use.
   *
   * @param args the arguments
   */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, command, parsed) -> Complaint.no(failure, command))
        .setParameterExceptionHandler(
            (failure, args) -> Complaint.wrongUse(failure, failure.getCommandLine()));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (createConfig) {
      config.create();
      System.out.println("wrote " + config.path());
      return 0;
    }
    if (status) {
      return StatusCommand.run(config, false, Objects.requireNonNull(spec));
    }
    return Daemon.run(config, dryRun.wanted(), logging);
  }

  /** The version that the build wrote into the JAR. */
  static final class Version implements CommandLine.IVersionProvider {

    static String number() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "(not packaged)" : version;
    }

    @Override
    public String[] getVersion() {
      return new String[] {"lazarus-pit " + number()};
    }
  }
}
