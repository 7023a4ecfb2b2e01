package org.lazaruspit.examples.pit.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.lazaruspit.examples.pit.text.Json;
import org.lazaruspit.examples.pit.text.PlainText;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.node.ObjectNode;

/**
 * Encodes log events as lines. Messages quote agents, gateways and files, so line breaks and
 * characters that steer a terminal are escaped.
 */
final class LogLines extends EncoderBase<ILoggingEvent> {

  private static final byte[] NOTHING = {};

  private final Format format;

  /** Format of a line. */
  enum Format {
    /** For people: time, level, message. */
    TEXT,
    /** For programs: one JSON object a line. */
    JSON,
    /** For systemd's journal, which adds the time: priority, message. */
    JOURNAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  LogLines(Format format) {
    this.format = format;
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return switch (format) {
      case TEXT -> text(event, "%s %-5s ".formatted(time(event), event.getLevel()), "");
      case JSON -> (PlainText.escapedJson(Json.text(json(event))) + "\n").getBytes(UTF_8);
      case JOURNAL -> {
        String priority = "<" + priority(event.getLevel()) + ">";
        yield text(event, priority, priority);
      }
    };
  }

  private static byte[] text(ILoggingEvent event, String first, String others) {
    StringBuilder text = new StringBuilder(first);
    text.append(PlainText.of(String.valueOf(event.getFormattedMessage()))).append('\n');
    trace(event)
        .lines()
        .forEach(
            line ->
                text.append(others).append("    ").append(PlainText.of(tidy(line))).append('\n'));
    return text.toString().getBytes(UTF_8);
  }

  private static String tidy(String line) {
    return line.replace("\t", "  ");
  }

  private static String trace(ILoggingEvent event) {
    IThrowableProxy thrown = event.getThrowableProxy();
    return thrown == null ? "" : ThrowableProxyUtil.asString(thrown);
  }

  private static ObjectNode json(ILoggingEvent event) {
    ObjectNode line = Json.object();
    line.put("timestamp", time(event));
    line.put("level", event.getLevel().toString());
    line.put("logger", event.getLoggerName());
    line.put("thread", event.getThreadName());
    line.put("message", event.getFormattedMessage());
    if (event.getThrowableProxy() != null) {
      line.put("error", trace(event));
    }
    if (event.getKeyValuePairs() != null) {
      ObjectNode data = line.putObject("data");
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        data.put(pair.key, String.valueOf(pair.value));
      }
    }
    return line;
  }

  /** Returns the time with three decimals, so that columns align and lines sort as text. */
  private static String time(ILoggingEvent event) {
    Instant at = Instant.ofEpochMilli(event.getTimeStamp());
    String seconds = at.truncatedTo(ChronoUnit.SECONDS).toString();
    return "%s.%03dZ"
        .formatted(seconds.substring(0, seconds.length() - 1), at.toEpochMilli() % 1000);
  }

  /** Returns the priority of {@code sd-daemon(3)}. */
  private static int priority(Level level) {
    if (level.isGreaterOrEqual(Level.ERROR)) {
      return 3;
    }
    if (level.isGreaterOrEqual(Level.WARN)) {
      return 4;
    }
    return level.isGreaterOrEqual(Level.INFO) ? 6 : 7;
  }
}
