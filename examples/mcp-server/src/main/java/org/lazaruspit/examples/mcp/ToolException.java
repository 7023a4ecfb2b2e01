package org.lazaruspit.examples.mcp;

/** Refusal of a tool call. The message gives the reason and a remedy. */
final class ToolException extends Exception {

  private static final long serialVersionUID = 1L;

  ToolException(String message) {
    super(message);
  }

  ToolException(String message, Throwable cause) {
    super(message, cause);
  }
}
