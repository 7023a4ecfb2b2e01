package org.lazaruspit.examples.mcp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** What a tool is called with. Its schema was checked before: this gives the types. */
final class Arguments {

  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  private final Map<String, Object> values;

  Arguments(Map<String, Object> values) {
    this.values = values;
  }

  String text(String name) throws ToolException {
    return optionalText(name).orElseThrow(() -> new ToolException(name + ": is missing"));
  }

  Optional<String> optionalText(String name) throws ToolException {
    Object value = values.get(name);
    if (value != null && !(value instanceof String)) {
      throw new ToolException(name + ": " + value + " is not a text");
    }
    return Optional.ofNullable((String) value);
  }

  String identifier(String name) throws ToolException {
    return optionalIdentifier(name).orElseThrow(() -> new ToolException(name + ": is missing"));
  }

  /** Never part of a path: what is none is refused here, whatever the schema let through. */
  Optional<String> optionalIdentifier(String name) throws ToolException {
    Optional<String> text = optionalText(name);
    if (text.isPresent() && !IDENTIFIER.matcher(text.get()).matches()) {
      throw new ToolException(
          "%s: \"%s\" is not an identifier: a letter, digit or _, then up to 127 of those and . - _"
              .formatted(name, printable(text.get())));
    }
    return text;
  }

  UUID cellId() throws ToolException {
    return optionalCellId().orElseThrow(() -> new ToolException("cell_id: is missing"));
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
      throw new ToolException(name + ": " + value + " is not a list of texts");
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

  /** What somebody gave us goes into answers and logs on one line, and not all of it. */
  private static String printable(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 80 ? line : line.substring(0, 80) + "...";
  }
}
