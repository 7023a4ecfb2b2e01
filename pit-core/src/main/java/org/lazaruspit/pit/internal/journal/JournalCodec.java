package org.lazaruspit.pit.internal.journal;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import org.lazaruspit.pit.FailureCause;
import org.lazaruspit.pit.Revival.Origin;
import org.lazaruspit.pit.RevivalStatus;
import org.lazaruspit.pit.RevivalStep;
import org.lazaruspit.pit.internal.journal.RestrictionEvent.Change;
import org.lazaruspit.pit.internal.journal.RevivalEvent.AttemptFailed;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Decided;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Ended;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Requested;
import org.lazaruspit.pit.internal.journal.RevivalEvent.StepTaken;
import org.lazaruspit.pit.internal.journal.RevivalEvent.Subject;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes a journal entry as a line of JSON, and reads it back. */
public final class JournalCodec {

  private static final JsonMapper JSON = new JsonMapper();

  // Optional fields; left out if empty.
  private static final String UNTIL = "until";
  private static final String MARKED = "marked";
  private static final String SUBSTITUTE = "substitute";
  private static final String CHECKPOINT = "checkpoint";
  private static final String EPOCH = "epoch";
  private static final String DRY_RUN = "dry_run";

  private JournalCodec() {}

  static String write(UUID cellId, JournalEntry entry) {
    ObjectNode line = JSON.createObjectNode();
    line.put("seq", entry.seq());
    line.put("at", entry.at().toString());
    if (entry.event() instanceof RestrictionEvent restriction) {
      write(line, cellId, restriction);
    } else {
      write(line, cellId, (RevivalEvent) entry.event());
    }
    line.put("detail", entry.event().detail());
    entry.epoch().ifPresent(epoch -> line.put(EPOCH, epoch));
    if (entry.dryRun()) {
      line.put(DRY_RUN, true);
    }
    return line.toString();
  }

  private static void write(ObjectNode line, UUID cellId, RevivalEvent event) {
    Subject subject = event.subject();
    line.put("revival", subject.revival());
    line.put("cell_id", cellId.toString());
    line.put("agent_id", subject.agentId());
    line.put("event", event.name());
    line.put("status", event.status().wireName());
    line.put("attempt", subject.attempt());
    line.put("incarnation", subject.incarnation());
    line.put("cause", subject.cause().wireName());
    if (event instanceof Requested requested) {
      requested.substitute().ifPresent(agent -> line.put(SUBSTITUTE, agent));
    }
    if (event instanceof StepTaken taken) {
      taken.checkpoint().ifPresent(hash -> line.put(CHECKPOINT, hash));
    }
  }

  private static void write(ObjectNode line, UUID cellId, RestrictionEvent event) {
    line.put("revival", (String) null);
    line.put("cell_id", cellId.toString());
    line.put("agent_id", event.agentId().isEmpty() ? null : event.agentId());
    line.put("event", event.name());
    line.put("status", event.name());
    line.put("attempt", 0);
    line.put("incarnation", event.incarnation());
    line.put("cause", event.cause().map(FailureCause::wireName).orElse(null));
    event.until().ifPresent(until -> line.put(UNTIL, until.toString()));
    if (!event.marked()) {
      line.put(MARKED, false);
    }
  }

  /**
   * Reads a line.
   *
   * @throws MalformedLineException with the reason, if the line is not an entry
   */
  public static JournalEntry read(String text) throws MalformedLineException {
    try {
      JsonNode line = JSON.readTree(text);
      String name = text(line, "event");
      Optional<Change> change = change(name);
      JournalEvent event = change.isPresent() ? restriction(line, change.get()) : event(line, name);
      return new JournalEntry(
          number(line, "seq"),
          Instant.parse(text(line, "at")),
          line.has(EPOCH) ? OptionalLong.of(number(line, EPOCH)) : OptionalLong.empty(),
          flag(line, DRY_RUN, false),
          event);
    } catch (JacksonException e) {
      throw new MalformedLineException("not JSON: " + e.getOriginalMessage());
    } catch (IllegalArgumentException | ArithmeticException | DateTimeParseException e) {
      throw new MalformedLineException(String.valueOf(e.getMessage()));
    }
  }

  private static RestrictionEvent restriction(JsonNode line, Change change) {
    return new RestrictionEvent(
        change,
        optionalText(line, "agent_id").orElse(""),
        number(line, "incarnation"),
        optionalText(line, "cause").map(cause -> constant(FailureCause.class, cause)),
        optionalText(line, UNTIL).map(Instant::parse),
        flag(line, MARKED, true),
        text(line, "detail"));
  }

  private static RevivalEvent event(JsonNode line, String name) {
    Subject subject =
        new Subject(
            text(line, "revival"),
            text(line, "agent_id"),
            constant(FailureCause.class, text(line, "cause")),
            Math.toIntExact(number(line, "attempt")),
            number(line, "incarnation"));
    RevivalStatus status = constant(RevivalStatus.class, text(line, "status"));
    String detail = text(line, "detail");
    return switch (name) {
      case Decided.APPROVED -> new Decided(subject, true, detail);
      case Decided.DENIED -> new Decided(subject, false, detail);
      case AttemptFailed.NAME -> new AttemptFailed(subject, detail);
      default ->
          origin(name)
              .<RevivalEvent>map(
                  origin ->
                      new Requested(
                          subject, origin, optionalText(line, SUBSTITUTE), status, detail))
              .or(() -> step(name).map(step -> taken(line, subject, step, detail)))
              .orElseGet(() -> ended(name, subject, detail));
    };
  }

  private static StepTaken taken(JsonNode line, Subject subject, RevivalStep step, String detail) {
    return new StepTaken(subject, step, optionalText(line, CHECKPOINT), detail);
  }

  private static RevivalEvent ended(String name, Subject subject, String detail) {
    return new Ended(subject, constant(RevivalStatus.class, name), detail);
  }

  private static Optional<Change> change(String name) {
    return Stream.of(Change.values()).filter(change -> change.wireName().equals(name)).findFirst();
  }

  private static Optional<Origin> origin(String name) {
    return Stream.of(Origin.values())
        .filter(it -> Requested.eventName(it).equals(name))
        .findFirst();
  }

  private static Optional<RevivalStep> step(String name) {
    return Stream.of(RevivalStep.values()).filter(it -> it.wireName().equals(name)).findFirst();
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

  private static Optional<String> optionalText(JsonNode line, String field) {
    JsonNode node = line.get(field);
    return node == null || node.isNull() ? Optional.empty() : Optional.of(text(line, field));
  }

  private static boolean flag(JsonNode line, String field, boolean absent) {
    JsonNode node = line.get(field);
    if (node != null && !node.isBoolean()) {
      throw new IllegalArgumentException(field + " is neither true nor false");
    }
    return node == null ? absent : node.booleanValue();
  }

  private static long number(JsonNode line, String field) {
    JsonNode node = line.get(field);
    if (node == null || !node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new IllegalArgumentException(field + " is missing or not a whole number");
    }
    return node.longValue();
  }

  /** Thrown for a line that is not a journal entry. */
  public static final class MalformedLineException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedLineException(String message) {
      super(message);
    }
  }
}
