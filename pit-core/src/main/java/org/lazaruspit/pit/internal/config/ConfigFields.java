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
 * Reads the fields of a JSON object. Collects all problems with their places: wrong values, and
 * fields that were never read.
 */
public final class ConfigFields {

  private final ConfigNode node;
  private final Map<String, ConfigNode> fields;
  private final List<String> problems;
  private final int problemsBefore;
  private final Set<String> known = new TreeSet<>();

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

  /** Returns a text that passes the predicate. */
  public Optional<String> text(String name, String expected, Predicate<String> acceptable) {
    return field(name, String.class, expected, acceptable);
  }

  /** Returns a text that is one of the choices. */
  public Optional<String> oneOf(String name, List<String> choices) {
    return field(name, String.class, "one of " + choices, choices::contains);
  }

  public Optional<Boolean> flag(String name) {
    return field(name, Boolean.class, "true or false", value -> true);
  }

  /** Returns a whole number from {@code least} to {@code most}. */
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

  /** Returns a reader for an object; its {@link #done} reports the fields left over. */
  public Optional<ConfigFields> object(String name) {
    return find(name).map(found -> of(found, name, problems));
  }

  /** Returns a reader without fields, for an object that is absent. */
  public ConfigFields empty(String name) {
    return of(new ConfigNode(Map.of(), "/" + name, node.line(), node.column()), name, problems);
  }

  /** Returns a reader for an item of a list. */
  public ConfigFields item(String name, ConfigNode item) {
    return of(item, name, problems);
  }

  /** Returns the fields of an object with arbitrary names. */
  public Map<String, ConfigNode> entries(String name) {
    return find(name).map(found -> of(found, name, problems).fields).orElse(Map.of());
  }

  public List<ConfigNode> list(String name) {
    List<ConfigNode> items = new ArrayList<>();
    find(name)
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

  /** Returns all fields. */
  public Map<String, ConfigNode> fields() {
    return Collections.unmodifiableMap(fields);
  }

  /** Returns whether no problem was found since this reader was created. */
  public boolean isValid() {
    return problems.size() == problemsBefore;
  }

  public void problem(String message, ConfigNode where) {
    problems.add(message + " " + where.place());
  }

  public void wrong(String name, ConfigNode found, String expected) {
    problem(name + ": " + found.found() + " is not " + expected, found);
  }

  /** Reports each field that was never read. */
  public void done() {
    fields.forEach(
        (name, value) -> {
          if (!known.contains(name)) {
            problem(name + ": unknown field, expected one of " + known, value);
          }
        });
  }

  private Optional<ConfigNode> find(String name) {
    known.add(name);
    return Optional.ofNullable(fields.get(name));
  }

  private <T> Optional<T> field(
      String name, Class<T> type, String expected, Predicate<T> acceptable) {
    Optional<ConfigNode> found = find(name);
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
