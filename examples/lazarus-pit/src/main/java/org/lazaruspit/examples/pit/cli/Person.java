package org.lazaruspit.examples.pit.cli;

import org.jspecify.annotations.Nullable;

/** Who stands behind an order, for the journal. */
final class Person {

  private Person() {}

  /** The reason with the name of the user who gives it. */
  static String says(@Nullable String reason) {
    String user = System.getProperty("user.name", "?");
    return reason == null || reason.isBlank()
        ? user + ", on the command line"
        : reason.strip() + " (" + user + ")";
  }
}
