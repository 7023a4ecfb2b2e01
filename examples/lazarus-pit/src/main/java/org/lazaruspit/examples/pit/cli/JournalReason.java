package org.lazaruspit.examples.pit.cli;

import org.jspecify.annotations.Nullable;

/** Reason of an order for the journal, with the name of the user. */
final class JournalReason {

  private JournalReason() {}

  static String of(@Nullable String reason) {
    String user = System.getProperty("user.name", "?");
    return reason == null || reason.isBlank()
        ? user + ", on the command line"
        : reason.strip() + " (" + user + ")";
  }
}
