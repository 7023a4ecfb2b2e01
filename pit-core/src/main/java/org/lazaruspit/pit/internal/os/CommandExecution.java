package org.lazaruspit.pit.internal.os;

/**
 * Result of a command that {@link CommandRunner} has run.
 *
 * @param status its exit status, or {@link #TIMED_OUT}
 * @param output the beginning of its standard output and standard error, in order of arrival,
 *     without surrounding white space
 * @param cutBytes the number of bytes that were read beyond the output limit and dropped
 */
public record CommandExecution(int status, String output, long cutBytes) {

  /** Status of a command that was killed at its time limit. */
  public static final int TIMED_OUT = -1;

  /** Returns whether the command ended by itself with status 0. */
  public boolean succeeded() {
    return status == 0;
  }

  /** Returns the output on one line, with a note of what was cut. */
  public String describeOutput() {
    String line = output.replaceAll("\\p{Cntrl}+", " ");
    return cutBytes == 0 ? line : "%s (%d more bytes cut)".formatted(line, cutBytes);
  }

  /** Returns the end and the output on one line. */
  public String describe() {
    String end = status == TIMED_OUT ? "did not end in time" : "ended with status " + status;
    String text = describeOutput();
    return text.isEmpty() ? end : end + ": " + text;
  }
}
