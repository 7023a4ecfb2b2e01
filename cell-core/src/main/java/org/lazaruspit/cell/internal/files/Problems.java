package org.lazaruspit.cell.internal.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.lazaruspit.cell.CellProblem;
import org.lazaruspit.cell.Severity;
import org.lazaruspit.cell.internal.json.CellJson;
import org.lazaruspit.cell.internal.json.Findings;

/** Turns findings into problems: adds the file, the line and the column. */
public final class Problems {
  private Problems() {}

  public static List<CellProblem> of(Path file, byte[] bytes, Findings findings, CellJson json) {
    if (findings.all().isEmpty()) {
      return List.of();
    }
    Set<String> pointers =
        findings.all().stream()
            .filter(finding -> finding.offset() < 0)
            .map(Findings.Finding::pointer)
            .collect(Collectors.toSet());
    Map<String, Integer> places = json.locate(bytes, pointers);
    Lines lines = new Lines(bytes);
    List<CellProblem> problems = new ArrayList<>();
    for (Findings.Finding finding : findings.all()) {
      int offset =
          finding.offset() >= 0 ? finding.offset() : places.getOrDefault(finding.pointer(), 0);
      problems.add(
          new CellProblem(
              finding.severity(),
              file,
              finding.pointer(),
              lines.line(offset),
              lines.column(offset),
              finding.found(),
              finding.expected()));
    }
    return problems;
  }

  /** Returns a problem of a file or directory as a whole. */
  public static CellProblem whole(Severity severity, Path file, String found, String expected) {
    return new CellProblem(severity, file, "", 0, 0, found, expected);
  }

  public static CellProblem whole(Path file, FileReader.Unusable reason) {
    return whole(Severity.ERROR, file, reason.found(), reason.expected());
  }

  /** Returns the message of a file system exception, without the file name. */
  static String describe(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return e.getClass().getSimpleName() + (reason == null ? "" : ": " + reason);
  }

  /** Computes lines and columns, both from 1; a column is a character, not a byte. */
  private static final class Lines {
    private final byte[] bytes;

    Lines(byte[] bytes) {
      this.bytes = bytes;
    }

    int line(int offset) {
      int line = 1;
      for (int i = 0; i < offset && i < bytes.length; i++) {
        if (bytes[i] == '\n') {
          line++;
        }
      }
      return line;
    }

    int column(int offset) {
      int start = Math.min(offset, bytes.length);
      int column = 1;
      for (int i = start - 1; i >= 0 && bytes[i] != '\n'; i--) {
        boolean continuation = (bytes[i] & 0xc0) == 0x80;
        if (!continuation) {
          column++;
        }
      }
      return CellJson.startsWithMark(bytes) && line(offset) == 1 && start >= 3
          ? column - 1
          : column;
    }
  }
}
