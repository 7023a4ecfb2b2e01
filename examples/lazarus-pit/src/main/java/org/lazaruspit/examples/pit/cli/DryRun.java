package org.lazaruspit.examples.pit.cli;

import picocli.CommandLine.Option;

/** {@code --dry-run}, where the daemon can be started. */
public final class DryRun {

  @Option(
      names = "--dry-run",
      description = "Decide and write it into the journals, marked so; start and stop nobody.")
  private boolean wanted;

  public boolean wanted() {
    return wanted;
  }
}
