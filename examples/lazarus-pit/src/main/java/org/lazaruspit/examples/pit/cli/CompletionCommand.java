package org.lazaruspit.examples.pit.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lazarus-pit completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Print a script with which bash or zsh completes commands and options.",
    footer = {
      "",
      "Examples:",
      "  source <(lazarus-pit completion)",
      "  lazarus-pit completion > ~/.local/share/bash-completion/completions/lazarus-pit"
    })
public final class CompletionCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec own = Objects.requireNonNull(spec, "run by picocli");
    CommandLine root = own.root().commandLine();
    own.commandLine().getOut().print(AutoComplete.bash(root.getCommandName(), root));
    own.commandLine().getOut().flush();
  }
}
