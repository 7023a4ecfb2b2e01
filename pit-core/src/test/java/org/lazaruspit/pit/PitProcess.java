package org.lazaruspit.pit;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.heartbeat.HealthRegistry;
import org.slf4j.Logger;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/**
 * Pit in a separate JVM, which ends as by SIGKILL after a given number of journal lines. Prints its
 * numbers of cells and agents after each round.
 */
public final class PitProcess {

  private PitProcess() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    AtomicInteger left = new AtomicInteger(Integer.parseInt(args[1]));
    LazarusPit pit =
        LazarusPit.builder(PitConfig.load(Path.of(args[0])))
            // The line is on disk, its step is not carried out. Halt runs no hook and no finally,
            // as
            // with SIGKILL.
            .afterEachLine(
                () -> {
                  if (left.decrementAndGet() == 0) {
                    Runtime.getRuntime().halt(137);
                  }
                })
            .listener(
                new PitListener() {
                  @Override
                  public void roundEnded(PitReport report) {
                    System.out.println(
                        "round: %d cells, %d agents"
                            .formatted(report.cells(), report.agents().size()));
                  }
                })
            .build();
    pit.start();
    Thread.currentThread().join();
  }

  static Process start(Path config, int linesToLive, String searchPath, Path output)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-cp",
            classPath(),
            PitProcess.class.getName(),
            config.toString(),
            Integer.toString(linesToLive));
    builder.environment().put("PATH", searchPath);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
        .start();
  }

  public static String classPath() {
    return List.of(
            PitProcess.class,
            LazarusPit.class,
            MissionStore.class,
            HealthRegistry.class,
            JsonMapper.class,
            JsonParser.class,
            com.fasterxml.jackson.annotation.JsonProperty.class,
            Logger.class)
        .stream()
        .map(PitProcess::place)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
