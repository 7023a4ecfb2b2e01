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

/** Base of the commands that call the running daemon. */
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
   * Checks the arguments before the daemon is called. The default accepts all.
   *
   * @throws ParameterException if the arguments are invalid
   */
  void check() {}

  /** Returns the exception for invalid arguments. */
  final ParameterException wrongUse(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  /**
   * Calls the daemon and prints its response.
   *
   * @return the exit status
   */
  abstract int ask(ControlClient daemon) throws IOException;

  /** Prints the response as JSON or as text. */
  final void print(JsonNode response, Text text) {
    Console console = Console.of(spec());
    if (json) {
      console.json(response);
    } else {
      text.write(console);
    }
  }

  final CommandSpec spec() {
    return Objects.requireNonNull(spec, "run by picocli");
  }

  /** Text form of a response. */
  @FunctionalInterface
  interface Text {
    void write(Console console);
  }
}
