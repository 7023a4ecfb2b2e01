package org.lazaruspit.examples.mcp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Typed arguments of a tool call. The caller has checked them against the tool's schema. */
final class Arguments {

  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  private final Map<String, Object> values;

  Arguments(Map<String, Object> values) {
    this.values = values;
  }

  String text(String name) throws ToolException {
    return optionalText(name).orElseThrow(() -> new ToolException(name + ": missing"));
  }

  Optional<String> optionalText(String name) throws ToolException {
    Object value = values.get(name);
    if (value != null && !(value instanceof String)) {
      throw new ToolException(name + ": " + value + " is not a string");
    }
    return Optional.ofNullable((String) value);
  }

  String identifier(String name) throws ToolException {
    return optionalIdentifier(name).orElseThrow(() -> new ToolException(name + ": missing"));
  }

  /**
   * Rejects invalid identifiers even if the schema allows them: the result becomes part of a path.
   */
  Optional<String> optionalIdentifier(String name) throws ToolException {
    Optional<String> text = optionalText(name);
    if (text.isPresent() && !IDENTIFIER.matcher(text.get()).matches()) {
      throw new ToolException(
          "%s: \"%s\" is not an identifier; expected a letter, digit or _, then up to 127 letters, digits, _, . or -"
              .formatted(name, printable(text.get())));
    }
    return text;
  }

  UUID cellId() throws ToolException {
    return optionalCellId().orElseThrow(() -> new ToolException("cell_id: missing"));
  }

  Optional<UUID> optionalCellId() throws ToolException {
    Optional<String> text = optionalText("cell_id");
    if (text.isPresent() && !UUID_TEXT.matcher(text.get()).matches()) {
      throw new ToolException("cell_id: \"" + printable(text.get()) + "\" is not a UUID");
    }
    return text.map(UUID::fromString);
  }

  List<String> texts(String name) throws ToolException {
    Object value = values.getOrDefault(name, List.of());
    if (!(value instanceof List<?> list) || !list.stream().allMatch(String.class::isInstance)) {
      throw new ToolException(name + ": " + value + " is not a list of strings");
    }
    return list.stream().map(String.class::cast).toList();
  }

  Optional<Integer> number(String name) throws ToolException {
    Object value = values.get(name);
    if (value != null && !(value instanceof Integer)) {
      throw new ToolException(name + ": " + value + " is not a whole number");
    }
    return Optional.ofNullable((Integer) value);
  }

  boolean flag(String name) {
    return Boolean.TRUE.equals(values.get(name));
  }

  /** Returns the text on one line, at most 80 characters of it, for messages and logs. */
  private static String printable(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 80 ? line : line.substring(0, 80) + "...";
  }
}
