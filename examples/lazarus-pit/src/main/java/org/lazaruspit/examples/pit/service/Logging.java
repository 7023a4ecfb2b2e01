package org.lazaruspit.examples.pit.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.examples.pit.metrics.LogCounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Log settings of the daemon: {@code --log-format} and {@code --log-file}. */
public final class Logging {

  /** Size at which the log file is rotated, besides at midnight (UTC). */
  static final FileSize FILE = FileSize.valueOf("10MB");

  /** Total size of rotated files that are kept. */
  static final FileSize KEPT = FileSize.valueOf("200MB");

  static final int KEPT_DAYS = 14;

  private static final String LINES = "LINES";

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "Format of log lines: text for people, json for programs, journal for systemd's journal"
              + " (default: ${DEFAULT-VALUE}).")
  private LogLines.Format format = LogLines.Format.TEXT;

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      description =
          "Log to this file instead of standard output. It is rotated and compressed each day and"
              + " at 10 MB; 14 days and 200 MB are kept.")
  private @Nullable Path file;

  /** Starts to count warnings and errors. */
  static LogCounts count() {
    LogCounts counts = new LogCounts();
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      counts.setContext(context);
      counts.start();
      context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(counts);
    }
    return counts;
  }

  /** Applies the options. */
  void start() throws IOException {
    if (isConfiguredByHand()
        || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    if (file == null) {
      console(context, format, "System.out", Level.INFO);
    } else {
      file(context, format, file.toAbsolutePath().normalize(), FILE);
    }
  }

  /** Sets the level of the log. */
  static void level(String level) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.toLevel(level, Level.INFO));
    }
  }

  static boolean isConfiguredByHand() {
    return System.getProperty("logback.configurationFile") != null;
  }

  static void console(LoggerContext context, LogLines.Format format, String target, Level level) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setTarget(target);
    use(context, appender, format, level);
  }

  static void file(LoggerContext context, LogLines.Format format, Path file, FileSize size)
      throws IOException {
    if (file.toString().contains("%")) {
      throw new IllegalArgumentException("--log-file: " + file + ": the name must not contain %");
    }
    requireWritable(file);
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setFile(file.toString());
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
    policy.setContext(context);
    policy.setParent(appender);
    policy.setFileNamePattern(file + ".%d{yyyy-MM-dd, UTC}.%i.gz");
    policy.setMaxFileSize(size);
    policy.setMaxHistory(KEPT_DAYS);
    policy.setTotalSizeCap(KEPT);
    policy.setCleanHistoryOnStart(true);
    appender.setRollingPolicy(policy);
    policy.start();
    use(context, appender, format, Level.INFO);
  }

  /** Checks the log file, since Logback reports errors only to itself. */
  private static void requireWritable(Path file) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
  }

  private static void use(
      LoggerContext context,
      OutputStreamAppender<ILoggingEvent> appender,
      LogLines.Format format,
      Level level) {
    LogLines lines = new LogLines(format);
    lines.setContext(context);
    lines.start();
    appender.setContext(context);
    appender.setName(LINES);
    appender.setEncoder(lines);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    Optional<Appender<ILoggingEvent>> before = Optional.ofNullable(root.getAppender(LINES));
    root.addAppender(appender);
    before.ifPresent(
        old -> {
          root.detachAppender(old);
          old.stop();
        });
    root.setLevel(level);
  }
}
