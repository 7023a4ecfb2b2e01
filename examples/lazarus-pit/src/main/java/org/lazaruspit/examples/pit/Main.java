package org.lazaruspit.examples.pit;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.cli.CellCommand;
import org.lazaruspit.examples.pit.cli.CheckpointCommand;
import org.lazaruspit.examples.pit.cli.CompletionCommand;
import org.lazaruspit.examples.pit.cli.Console;
import org.lazaruspit.examples.pit.cli.DecideCommand;
import org.lazaruspit.examples.pit.cli.DryRun;
import org.lazaruspit.examples.pit.cli.OrderCommand;
import org.lazaruspit.examples.pit.cli.PageCommand;
import org.lazaruspit.examples.pit.cli.ReloadCommand;
import org.lazaruspit.examples.pit.cli.ReportCommand;
import org.lazaruspit.examples.pit.cli.RevivalsCommand;
import org.lazaruspit.examples.pit.cli.RunCommand;
import org.lazaruspit.examples.pit.cli.StatusCommand;
import org.lazaruspit.examples.pit.cli.WhyCommand;
import org.lazaruspit.examples.pit.service.ConfigFile;
import org.lazaruspit.examples.pit.service.Daemon;
import org.lazaruspit.examples.pit.service.Logging;
import org.lazaruspit.examples.pit.text.ErrorReport;
import org.lazaruspit.examples.pit.text.Uuids;
import org.lazaruspit.examples.pit.text.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line {@code lazarus-pit}. */
@Command(
    name = "lazarus-pit",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Notices the death of agents and revives each once, with its memory.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {
      "",
      "Without a command it runs the daemon. Exit status: 0 done, 1 failed or refused, 2 wrong use.",
      "",
      "Examples:",
      "  lazarus-pit --create-config",
      "  lazarus-pit cell create --name \"Sort the archive\" --root /var/missions",
      "  lazarus-pit run --dry-run",
      "  lazarus-pit status",
      "  lazarus-pit why writer",
      "  lazarus-pit help pause"
    },
    subcommands = {
      RunCommand.class,
      StatusCommand.class,
      ReportCommand.class,
      ReloadCommand.class,
      PageCommand.class,
      RevivalsCommand.class,
      DecideCommand.Approve.class,
      DecideCommand.Deny.class,
      OrderCommand.Revive.class,
      WhyCommand.class,
      OrderCommand.Stop.class,
      OrderCommand.Pause.class,
      OrderCommand.Resume.class,
      OrderCommand.Lift.class,
      CellCommand.class,
      CheckpointCommand.class,
      CompletionCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Callable<Integer> {

  private static final String CONFIG = "--config";

  /** Width of the help in characters: keeps every example on one line. */
  private static final int HELP_WIDTH = 100;

  @Mixin private final ConfigFile config = new ConfigFile();

  @Mixin private final DryRun dryRun = new DryRun();

  @Mixin private final Logging logging = new Logging();

  @Option(
      names = "--create-config",
      description = "Write an example configuration; refuses to overwrite a file.")
  private boolean createConfig;

  @Option(names = "--status", description = "The same as the command status.")
  private boolean status;

  @Spec private @Nullable CommandSpec spec;

  private Main() {}

  /**
   * Runs a command and ends the JVM with its exit status: 0 done, 1 failed or refused, 2 wrong use.
   *
   * @param args the arguments
   */
  public static void main(String[] args) {
    CommandLine command = commandLine();
    command.setOut(utf8(FileDescriptor.out)).setErr(utf8(FileDescriptor.err));
    if ("dumb".equals(System.getenv("TERM"))) {
      command.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    }
    System.exit(command.execute(args));
  }

  /** Returns a writer for UTF-8 in any locale: JSON is UTF-8. */
  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  public static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpWidth(HELP_WIDTH)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(UUID.class, new Uuids())
        .setExecutionStrategy(Main::execute)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> ErrorReport.no(failure, command))
        .setParameterExceptionHandler(
            (failure, args) -> ErrorReport.wrongUse(failure, failure.getCommandLine()));
  }

  /**
   * Passes the configuration given before a command on to the command, and refuses options that
   * only the daemon has.
   */
  private static int execute(ParseResult parsed) {
    if (parsed.hasSubcommand()) {
      ParseResult command = parsed.subcommand();
      while (command.hasSubcommand()) {
        command = command.subcommand();
      }
      for (OptionSpec option : parsed.matchedOptions()) {
        passOn(option, command, parsed);
      }
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static void passOn(OptionSpec option, ParseResult command, ParseResult parsed) {
    OptionSpec same = command.commandSpec().findOption(CONFIG);
    boolean isConfig = option.longestName().equals(CONFIG);
    if (!isConfig || same == null || command.hasMatchedOption(CONFIG)) {
      throw new ParameterException(
          parsed.commandSpec().commandLine(),
          "%s: not together with the command %s"
              .formatted(option.longestName(), command.commandSpec().name()));
    }
    Object file = option.getValue();
    same.setValue(file);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandSpec own = Objects.requireNonNull(spec, "run by picocli");
    List<String> wanted =
        Stream.of("--create-config", "--status", "--dry-run")
            .filter(own.commandLine().getParseResult()::hasMatchedOption)
            .toList();
    if (wanted.size() > 1) {
      throw new ParameterException(
          own.commandLine(),
          String.join(" and ", wanted) + ": only one of these options at a time");
    }
    if (createConfig) {
      config.create();
      Console.of(own).line("wrote %s", config.path());
      return 0;
    }
    if (status) {
      return StatusCommand.run(config, false, own);
    }
    return Daemon.run(config, dryRun.wanted(), logging);
  }
}
