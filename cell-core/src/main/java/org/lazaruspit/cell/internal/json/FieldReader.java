package org.lazaruspit.cell.internal.json;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLimits;

/**
 * Reads the fields of one object. A bad value is recorded as a finding and replaced by a stand-in,
 * so that one pass finds all problems; callers check {@link Findings#failed} before they use the
 * result.
 */
public final class FieldReader {
  static final String TEXT = "text";
  public static final String IDENTIFIER = "an identifier (" + Identifiers.PATTERN + ")";
  public static final String INSTANT = "an instant such as 2026-01-31T09:30:00Z";
  public static final String FILE_NAME = "a relative file name without \"..\"";
  static final String SECONDS = "a number of whole seconds from 1 to " + Seconds.MAX;

  private final Json.Obj object;
  private final String pointer;
  private final Findings findings;
  private final CellLimits limits;

  FieldReader(Json.Obj object, String pointer, Findings findings, CellLimits limits) {
    this.object = object;
    this.pointer = pointer;
    this.findings = findings;
    this.limits = limits;
  }

  String text(String name) {
    return checked(name, required(name, TEXT), "", text -> true, TEXT);
  }

  /** Reads a text that must not be empty. */
  String name(String name) {
    String expected = "text that is not empty";
    return checked(name, required(name, expected), "", text -> !text.isEmpty(), expected);
  }

  String text(String name, String otherwise) {
    Json value = object.get(name);
    return value == null ? otherwise : checked(name, value, "", text -> true, TEXT);
  }

  @Nullable String nameOrNull(String name) {
    String expected = "text that is not empty, or null";
    Json value = present(name);
    return value == null ? null : checked(name, value, "", text -> !text.isEmpty(), expected);
  }

  String identifier(String name) {
    return checked(name, required(name, IDENTIFIER), "_", Identifiers::isValid, IDENTIFIER);
  }

  @Nullable String identifierOrNull(String name) {
    Json value = present(name);
    return value == null
        ? null
        : checked(name, value, "_", Identifiers::isValid, IDENTIFIER + ", or null");
  }

  Instant instant(String name) {
    Json value = required(name, INSTANT);
    return value == null ? Instant.EPOCH : instant(name, value, INSTANT);
  }

  @Nullable Instant instantOrNull(String name) {
    Json value = present(name);
    return value == null ? null : instant(name, value, INSTANT + ", or null");
  }

  private Instant instant(String name, Json value, String expected) {
    Instant instant = value instanceof Json.Text text ? Instants.parse(text.value()) : null;
    if (instant == null) {
      bad(name, value, expected);
      return Instant.EPOCH;
    }
    return instant;
  }

  Duration seconds(String name, Duration otherwise) {
    Duration value = secondsOrNull(name);
    return value == null ? otherwise : value;
  }

  @Nullable Duration secondsOrNull(String name) {
    Long value = wholeOrNull(name, 1, Seconds.MAX, SECONDS);
    return value == null ? null : Duration.ofSeconds(value);
  }

  public long whole(String name, long least, long most, long otherwise) {
    Long value = wholeOrNull(name, least, most);
    return value == null ? otherwise : value;
  }

  @Nullable Long wholeOrNull(String name, long least, long most) {
    return wholeOrNull(name, least, most, "a whole number from " + least + " to " + most);
  }

  private @Nullable Long wholeOrNull(String name, long least, long most, String expected) {
    Json value = object.get(name);
    if (value == null) {
      return null;
    }
    Long number = value instanceof Json.Num digits ? whole(digits.text()) : null;
    if (number == null || number < least || number > most) {
      bad(name, value, expected);
      return least;
    }
    return number;
  }

  /** Parses a whole number in any notation: 300, 300.0, 3e2. */
  private static @Nullable Long whole(String digits) {
    try {
      if (digits.length() < 19 && digits.indexOf('.') < 0 && digits.indexOf('e') < 0) {
        return Long.valueOf(digits);
      }
    } catch (NumberFormatException e) {
      // An upper-case exponent; parsed below.
    }
    try {
      BigDecimal number = new BigDecimal(digits).stripTrailingZeros();
      boolean fits = number.scale() <= 0 && (long) number.precision() - number.scale() <= 19;
      return fits ? Long.valueOf(number.longValueExact()) : null;
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  boolean bool(String name, boolean otherwise) {
    Boolean value = boolOrNull(name);
    return value == null ? otherwise : value;
  }

  @Nullable Boolean boolOrNull(String name) {
    Json value = object.get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Json.Bool bool) {
      return bool.value();
    }
    bad(name, value, "true or false");
    return false;
  }

  <E> E choice(String name, EnumNames<E> names) {
    Json value = required(name, names.expected());
    return value == null ? names.first() : choice(name, value, names);
  }

  <E> E choice(String name, EnumNames<E> names, E otherwise) {
    Json value = object.get(name);
    return value == null ? otherwise : choice(name, value, names);
  }

  <E> @Nullable E choiceOrNull(String name, EnumNames<E> names) {
    Json value = object.get(name);
    return value == null ? null : choice(name, value, names);
  }

  private <E> E choice(String name, Json value, EnumNames<E> names) {
    E known = value instanceof Json.Text text ? names.find(text.value()) : null;
    if (known == null) {
      bad(name, value, names.expected());
      return names.first();
    }
    return known;
  }

  List<String> texts(String name) {
    return list(name, text -> !text.isEmpty(), "text that is not empty");
  }

  List<String> identifiers(String name) {
    return list(name, Identifiers::isValid, IDENTIFIER);
  }

  List<String> fileNames(String name) {
    return list(name, FileNames::isRelative, FILE_NAME);
  }

  @Nullable List<String> identifiersOrNull(String name) {
    return object.get(name) == null ? null : identifiers(name);
  }

  List<String> list(String name, Predicate<String> rule, String expected) {
    Json value = object.get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof Json.Arr array)) {
      bad(name, value, "an array");
      return List.of();
    }
    List<String> texts = new ArrayList<>(array.items().size());
    String at = JsonPointers.child(pointer, name);
    for (int i = 0; i < array.items().size(); i++) {
      texts.add(item(JsonPointers.child(at, i), array.items().get(i), rule, expected));
    }
    return texts;
  }

  private String item(String at, Json value, Predicate<String> rule, String expected) {
    return checkedAt(at, value, "_", rule, expected);
  }

  /** Returns the fields of a nested object; an absent object has no fields. */
  public FieldReader object(String name) {
    Json value = object.get(name);
    if (value != null && !(value instanceof Json.Obj)) {
      bad(name, value, "an object");
    }
    Json.Obj inner = value instanceof Json.Obj fields ? fields : new Json.Obj();
    return new FieldReader(inner, JsonPointers.child(pointer, name), findings, limits);
  }

  @Nullable FieldReader objectOrNull(String name) {
    return present(name) == null ? null : object(name);
  }

  public Map<String, Json> all() {
    return object.fields();
  }

  @Nullable Json raw(String name) {
    return object.get(name);
  }

  /** Requires that the field equals the file's name. */
  void mustEqual(String name, String expected) {
    if (object.get(name) instanceof Json.Text text
        && Identifiers.isValid(text.value())
        && !text.value().equals(expected)) {
      bad(name, text, "\"" + expected + "\", the file's name");
    }
  }

  void bad(String name, Json value, String expected) {
    findings.error(JsonPointers.child(pointer, name), JsonText.quote(value), expected);
  }

  private @Nullable Json present(String name) {
    Json value = object.get(name);
    return value == Json.Null.NULL ? null : value;
  }

  private @Nullable Json required(String name, String expected) {
    Json value = object.get(name);
    if (value == null) {
      findings.error(JsonPointers.child(pointer, name), "no value", expected);
    }
    return value;
  }

  private String checked(
      String name, @Nullable Json value, String standIn, Predicate<String> rule, String expected) {
    return value == null
        ? standIn
        : checkedAt(JsonPointers.child(pointer, name), value, standIn, rule, expected);
  }

  private String checkedAt(
      String at, Json value, String standIn, Predicate<String> rule, String expected) {
    if (!(value instanceof Json.Text text) || !rule.test(text.value())) {
      findings.error(at, JsonText.quote(value), expected);
      return standIn;
    }
    if (text.value().length() > limits.maxTextLength()) {
      findings.error(
          at, text.value().length() + " characters", "at most " + limits.maxTextLength());
      return standIn;
    }
    return text.value();
  }
}
