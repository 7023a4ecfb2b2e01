package org.lazaruspit.examples.pit.cli;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.service.ConfigFile;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** A command that asks the running daemon, or tells it something. */
abstract class DaemonCommand implements Callable<Integer> {

  @Mixin private final ConfigFile config = new ConfigFile();

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public final Integer call() throws IOException {
    check();
    return ask(ControlClient.find(config.load()));
  }

  /**
   * Looks at what was said before anybody is asked. The default takes all.
   *
   * @throws ParameterException if it makes no sense
   */
  void check() {}

  /** What {@link #check} throws. */
  final ParameterException wrongUse(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  /**
   * Asks.
   *
   * @return the exit status
   */
  abstract int ask(ControlClient daemon) throws IOException;

  /** Prints what the daemon said, or the same for people. */
  final void print(JsonNode answer, Text text) {
    Console screen = Console.of(spec());
    if (json) {
      screen.json(answer);
    } else {
      text.write(screen);
    }
  }

  final CommandSpec spec() {
    return Objects.requireNonNull(spec, "run by picocli");
  }

  /** What a person reads. */
  @FunctionalInterface
  interface Text {
    void write(Console screen);
  }
}
