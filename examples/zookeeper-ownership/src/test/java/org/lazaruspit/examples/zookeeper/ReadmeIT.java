package org.lazaruspit.examples.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of the README with the JARs of this build. */
@Tag("full")
@Timeout(300)
final class ReadmeIT {

  private static final Path REPOSITORY = Path.of("..", "..").toAbsolutePath().normalize();

  @TempDir Path folder;

  /** Returns all commands of the README except the build, with a port and a folder of this test. */
  private String commands() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String all =
        Pattern.compile("(?ms)^```bash\n(.*?)^```")
            .matcher(readme)
            .results()
            .map(block -> block.group(1))
            .collect(Collectors.joining("\n"));
    return all.replace("mvn -q package -DskipTests\n", "")
        // Waits for the result instead of a fixed time.
        .replaceFirst("sleep 15\n", Matcher.quoteReplacement(until("north.log", 1)))
        .replaceFirst("sleep 15\n", Matcher.quoteReplacement(until("south.log", 6)))
        .replace("/tmp/pits", folder.toString())
        .replace("2181", Integer.toString(freePort()));
  }

  private static String until(String log, int cells) {
    return """
    for i in $(seq 600); do
      [ $(grep -o 'cell .*: works' /tmp/pits/%s | sort -u | wc -l) -ge %d ] && break
      sleep 0.1
    done
    """
        .formatted(log, cells);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void theCommandsOfTheReadmeStartTwoPitsThatTakeOverFromEachOther() throws Exception {
    Path script = Files.writeString(folder.resolve("readme.sh"), "set -em\n" + commands());
    Path output = folder.resolve("output");
    Process run =
        new ProcessBuilder("bash", script.toString())
            .directory(REPOSITORY.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = run.waitFor(150, TimeUnit.SECONDS);
      String all = Files.readString(output) + log("north") + log("south") + log("zookeeper");
      assertTrue(ended, all);
      assertEquals(0, run.exitValue(), all);
      String south = log("south");
      for (int mission = 1; mission <= 6; mission++) {
        assertTrue(south.contains("works \"Mission " + mission + "\""), all);
      }
      assertTrue(south.contains("north-") && south.contains("has been silent for 8 s"), all);
    } finally {
      run.descendants().forEach(ProcessHandle::destroyForcibly);
      run.destroyForcibly().waitFor();
      endRemainingProcesses();
    }
  }

  private String log(String name) throws IOException {
    Path file = folder.resolve(name + ".log");
    return Files.exists(file) ? "\n" + name + ":\n" + Files.readString(file) : "";
  }

  /**
   * Ends agents and helpers of the pits: all processes with the folder in environment or command.
   */
  private void endRemainingProcesses() throws InterruptedException {
    List<ProcessHandle> left = left();
    while (!left.isEmpty()) {
      left.forEach(ProcessHandle::destroyForcibly);
      TimeUnit.MILLISECONDS.sleep(20);
      left = left();
    }
  }

  private List<ProcessHandle> left() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> process.pid() != ProcessHandle.current().pid())
          .filter(process -> mentions(process, "environ") || mentions(process, "cmdline"))
          .toList();
    }
  }

  private boolean mentions(ProcessHandle process, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), file))
          .contains(folder.toString());
    } catch (IOException e) {
      return false; // it has ended
    }
  }
}
