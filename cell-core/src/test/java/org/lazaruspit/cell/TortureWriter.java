package org.lazaruspit.cell;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Changes a cell without pause and says after each change what it did; made to be killed. */
final class TortureWriter {
  private TortureWriter() {}

  /** Arguments: the missions root and the number to begin with. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Path cell = root.resolve(Cells.ID.toString());
    CellEditor editor = CellEditor.of(cell);
    Checkpoints checkpoints = Checkpoints.of(cell);
    for (int n = Integer.parseInt(arguments[1]); ; n++) {
      int number = n;
      say("begin " + n);
      checkpoints.save("a1", 0, content(n));
      say("saved " + n);
      editor.updateAgent("a2", agent -> agent.withIncarnation(number));
      say("edited " + n);
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

  private static void say(String what) {
    System.out.println(what);
    System.out.flush();
  }

  static CheckpointContent content(int n) {
    return CheckpointContent.of(Cells.json("{\"s\":" + n + "}"), Cells.json("{\"c\":" + n + "}"))
        .withArtifact("number", Cells.json(Integer.toString(n)));
  }
}
