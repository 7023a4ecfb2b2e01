package org.lazaruspit.cell;

import java.io.IOException;
import java.nio.file.Path;

/** Increments an agent's incarnation, many times. */
final class CountingWriter {
  private CountingWriter() {}

  /** Runs with two arguments: the cell and the number of increments. */
  public static void main(String[] arguments) throws IOException {
    CellEditor editor = CellEditor.of(Path.of(arguments[0]));
    for (int i = Integer.parseInt(arguments[1]); i > 0; i--) {
      editor.updateAgent("a1", agent -> agent.withIncarnation(agent.incarnation() + 1));
    }
  }
}
