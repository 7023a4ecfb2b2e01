package org.lazaruspit.examples.documentation;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A machine for one script: with bubblewrap, so that a page's own ports, paths and processes can be
 * what the page says they are. It sees this machine's files and may change none; {@code /tmp} (with
 * the home in it) and {@code /var} are empty and its own; so is the network, which has but a
 * loopback. The kernel ends every process in it with its first one, and takes the rest away.
 */
record Sandbox(Path folder) {

  /** How it ended, and what it wrote on both outputs. */
  record Outcome(int status, String said) {}

  /** Runs a script that stands behind {@code reader.sh}. */
  Outcome run(String commands) throws IOException, InterruptedException {
    Path script = folder.resolve("script.sh");
    Files.writeString(script, reader() + commands + "end_beside\n");
    Path said = folder.resolve("said");
    ProcessBuilder builder = new ProcessBuilder(command(script));
    Map<String, String> environment = builder.environment();
    Path java = Path.of(System.getProperty("java.home"));
    environment.clear();
    environment.putAll(
        Map.of(
            "TOP", Page.TOP.toString(),
            "HOME", "/tmp/home",
            "LANG", "C.UTF-8",
            "PATH", java.resolve("bin") + ":/usr/local/bin:/usr/bin:/bin",
            // A JVM asks the system for its user's home, and not the variable.
            "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.home=/tmp/home"));
    Process process = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      boolean ended = process.waitFor(100, TimeUnit.SECONDS);
      return new Outcome(ended ? process.exitValue() : -1, Files.readString(said));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static String reader() throws IOException {
    try (var in = Sandbox.class.getResourceAsStream("reader.sh")) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  private List<String> command(Path script) {
    List<String> command =
        new ArrayList<>(List.of("bwrap", "--die-with-parent", "--unshare-pid", "--unshare-net"));
    command.addAll(List.of("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"));
    command.addAll(List.of("--tmpfs", "/tmp", "--tmpfs", "/var"));
    List<String> seen = new ArrayList<>(List.of(Page.TOP.toString(), folder.toString()));
    // What the build has resolved, or is run with, may lie there, too.
    seen.addAll(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
    for (String property : List.of("java.home", "maven.home", "local.repository")) {
      seen.add(System.getProperty(property, ""));
    }
    for (String path : seen) {
      if (Files.exists(Path.of(path)) && path.matches("/(tmp|var)/.*")) {
        command.addAll(List.of("--ro-bind", path, path));
      }
    }
    command.addAll(List.of("--dir", "/tmp/reader", "--chdir", "/tmp/reader"));
    command.addAll(List.of("bash", script.toString()));
    return command;
  }
}
