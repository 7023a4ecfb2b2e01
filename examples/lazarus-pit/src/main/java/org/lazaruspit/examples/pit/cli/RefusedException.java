package org.lazaruspit.examples.pit.cli;

import java.io.IOException;

/** The daemon was asked and says no. */
public final class RefusedException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;

  RefusedException(int status, String detail) {
    super(detail);
    this.status = status;
  }

  /** The HTTP status that it came with. */
  public int status() {
    return status;
  }
}
