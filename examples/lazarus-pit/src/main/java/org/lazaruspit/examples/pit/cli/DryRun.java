package org.lazaruspit.examples.pit.cli;

import picocli.CommandLine.Option;

/** {@code --dry-run}, of the commands that start the daemon. */
public final class DryRun {

  @Option(
      names = "--dry-run",
      description =
          "Only decide and write decisions, marked as dry run, to the journals; start and stop no agent.")
  private boolean wanted;

  public boolean wanted() {
    return wanted;
  }
}
