package org.lazaruspit.examples.pit.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.lazaruspit.examples.pit.service.LogLines.Format;
import org.lazaruspit.examples.pit.text.Json;
import tools.jackson.databind.JsonNode;

/** Format of log lines. */
final class LogLinesTest {

  private static final String HOSTILE =
      "quota: x\n2026-01-31T09:30:00.000Z INFO  all is well\r\u001b[2J\u202egnp.exe";

  private static String encode(Format format, Level level, String message, Throwable thrown) {
    LoggingEvent event =
        new LoggingEvent(
            "caller", new LoggerContext().getLogger("a.Logger"), level, message, thrown, null);
    event.setTimeStamp(1_769_851_800_007L);
    event.setThreadName("pit-loop-1");
    return new String(new LogLines(format).encode(event), UTF_8);
  }

  @Test
  void textLinesHaveTimeLevelAndMessage() {
    assertEquals(
        "2026-01-31T09:30:00.007Z WARN  a/b: dead\n",
        encode(Format.TEXT, Level.WARN, "a/b: dead", null));
  }

  @Test
  void aProgramReadsAnObject() {
    String line = encode(Format.JSON, Level.ERROR, "a \"b\"", new IllegalStateException("why"));
    assertEquals(1, line.lines().count());
    JsonNode json = Json.parse(line.getBytes(UTF_8));
    assertEquals("2026-01-31T09:30:00.007Z", json.required("timestamp").asString());
    assertEquals("ERROR", json.required("level").asString());
    assertEquals("a.Logger", json.required("logger").asString());
    assertEquals("pit-loop-1", json.required("thread").asString());
    assertEquals("a \"b\"", json.required("message").asString());
    assertTrue(json.required("error").asString().contains("IllegalStateException: why"));
    assertEquals(
        Set.of("timestamp", "level", "logger", "thread", "message", "error"),
        new TreeSet<>(json.propertyNames()));
  }

  @ParameterizedTest
  @CsvSource({"ERROR,3", "WARN,4", "INFO,6", "DEBUG,7", "TRACE,7"})
  void theJournalReadsAPriorityOnEveryLine(String level, int priority) {
    String lines =
        encode(Format.JOURNAL, Level.toLevel(level), "dead", new IllegalStateException("why"));
    assertTrue(lines.startsWith("<" + priority + ">dead\n"), lines);
    assertTrue(lines.lines().allMatch(line -> line.startsWith("<" + priority + ">")), lines);
    assertTrue(lines.lines().count() > 2, lines);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void textOfAnAgentBeginsNoLineAndSteersNoTerminal(Format format) {
    String lines =
        encode(format, Level.WARN, HOSTILE, new IllegalStateException("cause " + HOSTILE));
    List<String> all = lines.lines().toList();
    assertTrue(all.stream().noneMatch(line -> line.startsWith("2026-01-31T09:30:00.000Z")), lines);
    assertTrue(
        lines.chars().allMatch(c -> c == '\n' || (!Character.isISOControl(c) && c != 0x202e)),
        lines);
    assertEquals(format == Format.JSON ? 1 : all.size(), all.size());
    if (format == Format.TEXT) {
      assertTrue(all.stream().skip(1).allMatch(line -> line.startsWith("    ")), lines);
    }
  }
}
