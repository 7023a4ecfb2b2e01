package org.lazaruspit.cell;

import java.nio.file.Path;
import java.util.Objects;

/**
 * One thing that is wrong with a cell, and where. Immutable and thread-safe.
 *
 * @param severity how bad it is
 * @param file the file or directory it was found in
 * @param pointer the place in the JSON document (RFC 6901), empty for the whole document
 * @param line the line in the file from 1, or 0 where there is none
 * @param column the character in the line from 1, or 0 where there is none
 * @param found what stands there
 * @param expected what should stand there
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
   * Checks what is given.
   *
   * @param severity how bad it is
   * @param file the file or directory it was found in
   * @param pointer the place in the JSON document (RFC 6901), empty for the whole document
   * @param line the line in the file from 1, or 0 where there is none
   * @param column the character in the line from 1, or 0 where there is none
   * @param found what stands there
   * @param expected what should stand there
   */
  public CellProblem {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(pointer, "pointer");
    Objects.requireNonNull(found, "found");
    Objects.requireNonNull(expected, "expected");
  }

  /**
   * The problem in one line.
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
