package org.lazaruspit.cell;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Problem of a cell, with its place. Immutable and thread-safe.
 *
 * @param severity severity
 * @param file the file or directory with the problem
 * @param pointer JSON Pointer to the place (RFC 6901), empty for the whole document
 * @param line line in the file from 1, or 0 if unknown
 * @param column character in the line from 1, or 0 if unknown
 * @param found the content found
 * @param expected the content expected
 */
public record CellProblem(
    Severity severity,
    Path file,
    String pointer,
    int line,
    int column,
    String found,
    String expected) {

  /**
   * Validates the components.
   *
   * @param severity severity
   * @param file the file or directory with the problem
   * @param pointer JSON Pointer to the place (RFC 6901), empty for the whole document
   * @param line line in the file from 1, or 0 if unknown
   * @param column character in the line from 1, or 0 if unknown
   * @param found the content found
   * @param expected the content expected
   */
  public CellProblem {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(pointer, "pointer");
    Objects.requireNonNull(found, "found");
    Objects.requireNonNull(expected, "expected");
  }

  /**
   * Returns the problem in one line.
   *
   * @return for example {@code error: found "boss", expected lead, write, read or audit
   *     (agents/a1.json, line 4, column 11, /role)}
   */
  public String message() {
    StringBuilder text = new StringBuilder(160);
    text.append(severity.wireName()).append(": found ").append(found);
    text.append(", expected ").append(expected).append(" (").append(file);
    if (line > 0) {
      text.append(", line ").append(line).append(", column ").append(column);
    }
    if (!pointer.isEmpty()) {
      text.append(", ").append(pointer);
    }
    return text.append(')').toString();
  }

  @Override
  public String toString() {
    return message();
  }
}
