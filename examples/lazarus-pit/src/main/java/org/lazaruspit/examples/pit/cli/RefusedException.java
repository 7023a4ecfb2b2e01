package org.lazaruspit.examples.pit.cli;

import java.io.IOException;

/** Signals that the daemon refused a request. */
public final class RefusedException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;

  RefusedException(int status, String detail) {
    super(detail);
    this.status = status;
  }

  /** Returns the HTTP status of the response. */
  public int status() {
    return status;
  }
}
