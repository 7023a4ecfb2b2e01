package org.lazaruspit.examples.pit;

import picocli.CommandLine.Option;

/** {@code --dry-run}, where the daemon can be started. */
final class DryRun {

  @Option(
      names = "--dry-run",
      description = "Decide and write it into the journals, marked so; start and stop nobody.")
  private boolean wanted;

  boolean wanted() {
    return wanted;
  }
}
