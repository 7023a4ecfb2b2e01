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
 * Isolated environment for one script, with bubblewrap, so that a page's ports, paths and processes
 * can be those of the page. The files of this machine are read-only; {@code /tmp} (with the home)
 * and {@code /var} are empty and private; the network has only a loopback interface. The kernel
 * ends all processes with the first one.
 */
record ScriptSandbox(Path folder) {

  /** Exit status and output of a script; the status is -1 after a time-out. */
  record Outcome(int status, String output) {}

  /** Runs commands after {@code reader.sh}. */
  Outcome run(String commands) throws IOException, InterruptedException {
    Path script = folder.resolve("script.sh");
    Files.writeString(script, reader() + commands + "end_beside\n");
    Path output = folder.resolve("output");
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
            // A JVM takes the home from the system's user database, not from HOME.
            "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.home=/tmp/home"));
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      boolean ended = process.waitFor(100, TimeUnit.SECONDS);
      return new Outcome(ended ? process.exitValue() : -1, Files.readString(output));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static String reader() throws IOException {
    try (var in = ScriptSandbox.class.getResourceAsStream("reader.sh")) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  private List<String> command(Path script) {
    List<String> command =
        new ArrayList<>(List.of("bwrap", "--die-with-parent", "--unshare-pid", "--unshare-net"));
    command.addAll(List.of("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"));
    command.addAll(List.of("--tmpfs", "/tmp", "--tmpfs", "/var"));
    List<String> visible = new ArrayList<>(List.of(Page.TOP.toString(), folder.toString()));
    // Dependencies, the JDK and Maven may be in /tmp or /var.
    visible.addAll(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
    for (String property : List.of("java.home", "maven.home", "local.repository")) {
      visible.add(System.getProperty(property, ""));
    }
    for (String path : visible) {
      if (Files.exists(Path.of(path)) && path.matches("/(tmp|var)/.*")) {
        command.addAll(List.of("--ro-bind", path, path));
      }
    }
    command.addAll(List.of("--dir", "/tmp/reader", "--chdir", "/tmp/reader"));
    command.addAll(List.of("bash", script.toString()));
    return command;
  }
}
