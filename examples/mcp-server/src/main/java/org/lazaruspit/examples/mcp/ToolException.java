package org.lazaruspit.examples.mcp;

/** A tool's answer is no; the message says why and what would help. */
final class ToolException extends Exception {

  private static final long serialVersionUID = 1L;

  ToolException(String message) {
    super(message);
  }

  ToolException(String message, Throwable cause) {
    super(message, cause);
  }
}
