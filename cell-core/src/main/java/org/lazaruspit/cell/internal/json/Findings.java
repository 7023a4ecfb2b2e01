package org.lazaruspit.cell.internal.json;

import java.util.ArrayList;
import java.util.List;
import org.lazaruspit.cell.Severity;

/** Problems of one document, before line and column are known. Not thread-safe. */
public final class Findings {
  private final List<Finding> all = new ArrayList<>(0);
  private boolean failed;

  /**
   * Problem of a document.
   *
   * @param offset the byte with the problem, or negative if the pointer gives the place
   */
  public record Finding(
      Severity severity, String pointer, int offset, String found, String expected) {}

  public void error(String pointer, String found, String expected) {
    add(new Finding(Severity.ERROR, pointer, -1, found, expected));
  }

  public void warning(String pointer, String found, String expected) {
    add(new Finding(Severity.WARNING, pointer, -1, found, expected));
  }

  void errorAt(int offset, String found, String expected) {
    add(new Finding(Severity.ERROR, "", offset, found, expected));
  }

  void add(Finding finding) {
    failed |= finding.severity() == Severity.ERROR;
    all.add(finding);
  }

  public boolean failed() {
    return failed;
  }

  public List<Finding> all() {
    return all;
  }
}
