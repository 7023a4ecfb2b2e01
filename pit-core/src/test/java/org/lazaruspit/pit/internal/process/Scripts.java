package org.lazaruspit.pit.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.CommandRunner;

/** Syntax checks of helper scripts. */
final class Scripts {

  private Scripts() {}

  /** Has an interpreter check a script without running it. */
  static CommandExecution check(String interpreter, String option, String script, Path folder)
      throws IOException, InterruptedException {
    Path copy = Files.writeString(folder.resolve(script), HelperScript.read(script));
    return new CommandRunner(Duration.ofSeconds(50), 2000)
        .run(List.of(interpreter, option, copy.toString()), Map.of());
  }
}
