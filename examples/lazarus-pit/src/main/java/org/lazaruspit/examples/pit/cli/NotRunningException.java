package org.lazaruspit.examples.pit.cli;

import java.io.IOException;

/** There is no daemon that could be asked. */
final class NotRunningException extends IOException {

  private static final long serialVersionUID = 1L;

  NotRunningException(String why) {
    super(why);
  }
}
