package org.lazaruspit.pit;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.UUID;
import org.lazaruspit.pit.RevivalEvent.AttemptFailed;
import org.lazaruspit.pit.RevivalEvent.Decided;
import org.lazaruspit.pit.RevivalEvent.Ended;
import org.lazaruspit.pit.RevivalEvent.Requested;
import org.lazaruspit.pit.RevivalEvent.StepTaken;
import org.lazaruspit.pit.RevivalEvent.Subject;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A journal entry as a line of JSON, and back. */
final class JournalLine {

  private static final JsonMapper JSON = new JsonMapper();

  private JournalLine() {}

  static String write(UUID cellId, JournalEntry entry) {
    RevivalEvent event = entry.event();
    Subject subject = event.subject();
    ObjectNode line = JSON.createObjectNode();
    line.put("seq", entry.seq());
    line.put("at", entry.at().toString());
    line.put("revival", subject.revival());
    line.put("cell_id", cellId.toString());
    line.put("agent_id", subject.agentId());
    line.put("event", event.name());
    line.put("status", event.status().wireName());
    line.put("attempt", subject.attempt());
    line.put("incarnation", subject.incarnation());
    line.put("cause", subject.cause().wireName());
    line.put("detail", event.detail());
    return line.toString();
  }

  /** Reads a line, or says in one sentence what is wrong with it. */
  static JournalEntry read(String text) throws MalformedLineException {
    try {
      JsonNode line = JSON.readTree(text);
      Subject subject =
          new Subject(
              text(line, "revival"),
              text(line, "agent_id"),
              constant(Cause.class, text(line, "cause")),
              Math.toIntExact(number(line, "attempt")),
              number(line, "incarnation"));
      RevivalStatus status = constant(RevivalStatus.class, text(line, "status"));
      RevivalEvent event = event(text(line, "event"), subject, status, text(line, "detail"));
      return new JournalEntry(number(line, "seq"), Instant.parse(text(line, "at")), event);
    } catch (JacksonException e) {
      throw new MalformedLineException("not JSON: " + e.getOriginalMessage());
    } catch (IllegalArgumentException | ArithmeticException | DateTimeParseException e) {
      throw new MalformedLineException(String.valueOf(e.getMessage()));
    }
  }

  private static RevivalEvent event(
      String name, Subject subject, RevivalStatus status, String detail) {
    return switch (name) {
      case Requested.NAME -> new Requested(subject, status, detail);
      case Decided.APPROVED -> new Decided(subject, true, detail);
      case Decided.DENIED -> new Decided(subject, false, detail);
      case AttemptFailed.NAME -> new AttemptFailed(subject, detail);
      default ->
          step(name)
              .<RevivalEvent>map(step -> new StepTaken(subject, step, detail))
              .orElseGet(() -> ended(name, subject, detail));
    };
  }

  private static RevivalEvent ended(String name, Subject subject, String detail) {
    return new Ended(subject, constant(RevivalStatus.class, name), detail);
  }

  private static Optional<RevivalStep> step(String name) {
    for (RevivalStep step : RevivalStep.values()) {
      if (step.wireName().equals(name)) {
        return Optional.of(step);
      }
    }
    return Optional.empty();
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(name + " is not a " + type.getSimpleName());
  }

  private static String text(JsonNode line, String field) {
    JsonNode node = line.get(field);
    if (node == null || !node.isString()) {
      throw new IllegalArgumentException(field + " is missing or not a text");
    }
    return node.stringValue();
  }

  private static long number(JsonNode line, String field) {
    JsonNode node = line.get(field);
    if (node == null || !node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new IllegalArgumentException(field + " is missing or not a whole number");
    }
    return node.longValue();
  }

  /** A line that is no journal entry. */
  static final class MalformedLineException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedLineException(String message) {
      super(message);
    }
  }
}
