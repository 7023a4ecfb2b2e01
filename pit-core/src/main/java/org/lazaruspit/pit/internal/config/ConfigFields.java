package org.lazaruspit.pit.internal.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Takes the fields of one JSON object apart. Every wrong value and every field that nobody asked
 * for becomes a problem with its place; nothing stops at the first.
 */
public final class ConfigFields {

  private final ConfigNode node;
  private final Map<String, ConfigNode> fields;
  private final List<String> problems;
  private final int problemsBefore;
  private final Set<String> asked = new TreeSet<>();

  private ConfigFields(
      ConfigNode node, Map<String, ConfigNode> fields, List<String> problems, int problemsBefore) {
    this.node = node;
    this.fields = fields;
    this.problems = problems;
    this.problemsBefore = problemsBefore;
  }

  public static ConfigFields of(ConfigNode node, String name, List<String> problems) {
    Map<String, ConfigNode> fields = new LinkedHashMap<>();
    int problemsBefore = problems.size();
    if (node.value() instanceof Map<?, ?> map) {
      map.forEach((key, value) -> fields.put((String) key, (ConfigNode) value));
    } else {
      problems.add(name + ": " + node.found() + " is not an object " + node.place());
    }
    return new ConfigFields(node, fields, problems, problemsBefore);
  }

  public Optional<String> text(String name) {
    return field(name, String.class, "a text", text -> !text.isBlank());
  }

  /** A text of a certain kind. */
  public Optional<String> text(String name, String expected, Predicate<String> acceptable) {
    return field(name, String.class, expected, acceptable);
  }

  /** A text that is one of a few. */
  public Optional<String> oneOf(String name, List<String> choices) {
    return field(name, String.class, "one of " + choices, choices::contains);
  }

  public Optional<Boolean> flag(String name) {
    return field(name, Boolean.class, "true or false", value -> true);
  }

  /** A whole number within bounds, both included. */
  public Optional<Integer> number(String name, int least, int most) {
    String expected = "a whole number from " + least + " to " + most;
    return field(name, Number.class, expected, value -> within(value, least, most))
        .map(Number::intValue);
  }

  private static boolean within(Number value, int least, int most) {
    return value.doubleValue() == Math.rint(value.doubleValue())
        && value.doubleValue() >= least
        && value.doubleValue() <= most;
  }

  /** An object with a reader of its own; {@link #done} tells what that one leaves over. */
  public Optional<ConfigFields> object(String name) {
    return ask(name).map(found -> of(found, name, problems));
  }

  /** A reader that has no fields, for an object that isn't there. */
  public ConfigFields empty(String name) {
    return of(new ConfigNode(Map.of(), "/" + name, node.line(), node.column()), name, problems);
  }

  /** A reader for an item of a list. */
  public ConfigFields item(String name, ConfigNode item) {
    return of(item, name, problems);
  }

  /** An object whose field names are free. */
  public Map<String, ConfigNode> entries(String name) {
    return ask(name).map(found -> of(found, name, problems).fields).orElse(Map.of());
  }

  public List<ConfigNode> list(String name) {
    List<ConfigNode> items = new ArrayList<>();
    ask(name)
        .ifPresent(
            found -> {
              if (found.value() instanceof List<?> list) {
                list.forEach(item -> items.add((ConfigNode) item));
              } else {
                wrong(name, found, "a list");
              }
            });
    return items;
  }

  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (ConfigNode item : list(name)) {
      if (item.value() instanceof String text) {
        texts.add(text);
      } else {
        wrong(name, item, "a text");
      }
    }
    return texts;
  }

  /** Every field, with whatever it holds. */
  public Map<String, ConfigNode> fields() {
    return Collections.unmodifiableMap(fields);
  }

  /** Whether nothing has been complained about since this reader was made. */
  public boolean isValid() {
    return problems.size() == problemsBefore;
  }

  public void problem(String message, ConfigNode where) {
    problems.add(message + " " + where.place());
  }

  public void wrong(String name, ConfigNode found, String expected) {
    problem(name + ": " + found.found() + " is not " + expected, found);
  }

  /** Complains about every field that was never asked for. */
  public void done() {
    fields.forEach(
        (name, value) -> {
          if (!asked.contains(name)) {
            problem(name + ": unknown field, expected one of " + asked, value);
          }
        });
  }

  private Optional<ConfigNode> ask(String name) {
    asked.add(name);
    return Optional.ofNullable(fields.get(name));
  }

  private <T> Optional<T> field(
      String name, Class<T> type, String expected, Predicate<T> acceptable) {
    Optional<ConfigNode> found = ask(name);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Object value = found.get().value();
    if (!type.isInstance(value) || !acceptable.test(type.cast(value))) {
      wrong(name, found.get(), expected);
      return Optional.empty();
    }
    return Optional.of(type.cast(value));
  }
}
