package org.lazaruspit.examples.pit.cli;

import java.io.IOException;

/** Signals that no daemon answers. */
final class NotRunningException extends IOException {

  private static final long serialVersionUID = 1L;

  NotRunningException(String why) {
    super(why);
  }
}
