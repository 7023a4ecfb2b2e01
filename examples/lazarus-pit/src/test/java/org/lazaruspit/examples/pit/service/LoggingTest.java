package org.lazaruspit.examples.pit.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.util.FileSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lazaruspit.examples.pit.metrics.LogCounts;
import org.lazaruspit.pit.PitConfig;
import org.slf4j.LoggerFactory;

/** Levels and files of the log. */
final class LoggingTest {

  @TempDir Path folder;
  private final LoggerContext context = new LoggerContext();

  @BeforeEach
  void begin() {
    context.setMDCAdapter(new LogbackMDCAdapter());
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  static List<String> levels() {
    return PitConfig.LOG_LEVELS;
  }

  @ParameterizedTest
  @MethodSource("levels")
  void eachLevelOfAConfigurationIsObeyed(String level) {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level before = root.getLevel();
    try {
      Logging.level(level);
      org.slf4j.Logger log = LoggerFactory.getLogger("org.lazaruspit.pit.Round");
      List<Boolean> enabled =
          List.of(
              log.isErrorEnabled(),
              log.isWarnEnabled(),
              log.isInfoEnabled(),
              log.isDebugEnabled(),
              log.isTraceEnabled());
      int count = PitConfig.LOG_LEVELS.indexOf(level);
      for (int i = 0; i < enabled.size(); i++) {
        assertEquals(i < count, enabled.get(i), level + " " + enabled);
      }
    } finally {
      root.setLevel(before);
    }
  }

  @Test
  void fullFileIsRotatedWithoutLossOfLines() throws IOException {
    Path file = folder.resolve("logs").resolve("pit.log");
    Logging.file(context, LogLines.Format.TEXT, file, new FileSize(2000));
    Logger log = context.getLogger("test");
    for (int i = 0; i < 100; i++) {
      log.info("line {} {}", i, "x".repeat(50));
    }
    context.stop(); // waits for the compression
    Set<String> found = new TreeSet<>();
    int files = 0;
    try (Stream<Path> all = Files.list(file.getParent())) {
      for (Path each : all.toList()) {
        files++;
        lines(each).forEach(line -> found.add(line.split(" ", -1)[4]));
      }
    }
    assertEquals(100, found.size(), found::toString);
    assertTrue(files >= 4, files + " files");
    assertTrue(Files.size(file) <= 2000);
  }

  private static List<String> lines(Path file) throws IOException {
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  @Test
  void unwritableFileIsRefused() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("d"));
    assertThrows(
        IOException.class,
        () -> Logging.file(context, LogLines.Format.TEXT, directory, Logging.FILE));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    Logging.file(context, LogLines.Format.TEXT, folder.resolve("%d"), Logging.FILE))
            .getMessage();
    assertTrue(message.contains("the name must not contain %"), message);
  }

  @Test
  void warningsAndErrorsAreCountedWithoutAReader() {
    LogCounts counts = Logging.count();
    try {
      org.slf4j.Logger log = LoggerFactory.getLogger("test");
      log.info("no");
      log.warn("one");
      log.error("two");
      log.error("three");
      assertEquals(1, counts.warnings());
      assertEquals(2, counts.errors());
    } finally {
      counts.stop();
    }
  }
}
