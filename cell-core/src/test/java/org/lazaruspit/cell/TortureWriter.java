package org.lazaruspit.cell;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Changes a cell without pause and prints each change; the test kills it. */
final class TortureWriter {
  private TortureWriter() {}

  /** Runs with two arguments: the missions root and the first number. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Path cell = root.resolve(Cells.ID.toString());
    CellEditor editor = CellEditor.of(cell);
    Checkpoints checkpoints = Checkpoints.of(cell);
    for (int n = Integer.parseInt(arguments[1]); ; n++) {
      int number = n;
      print("begin " + n);
      checkpoints.save("a1", 0, content(n));
      print("saved " + n);
      editor.updateAgent("a2", agent -> agent.withIncarnation(number));
      print("edited " + n);
      editor.addTask(TaskSpec.of("extra_" + n, "x", Cells.CREATED));
      editor.updateTask("t2", task -> task.withDependencies(List.of("t1", "extra_" + number)));
      if (n > 1) {
        editor.updateTask("t2", task -> task.withDependencies(List.of("t1")));
        editor.removeTask("extra_" + n);
      }
      if (n % 5 == 0) {
        MissionStore.open(root).create(NewCell.builder("more").createdAt(Cells.CREATED).build());
      }
    }
  }

  private static void print(String line) {
    System.out.println(line);
    System.out.flush();
  }

  static CheckpointContent content(int n) {
    return CheckpointContent.of(Cells.json("{\"s\":" + n + "}"), Cells.json("{\"c\":" + n + "}"))
        .withArtifact("number", Cells.json(Integer.toString(n)));
  }
}
