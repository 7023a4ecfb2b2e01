package org.lazaruspit.pit.spi;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Settings of a plug-in. Immutable and thread-safe.
 *
 * @param values the entries under the plug-in's name in {@code plugins} of the configuration: JSON
 *     values (texts, numbers, booleans, lists, maps)
 * @param stateDirectory the pit's state directory, outside every cell; a plug-in keeps its files in
 *     a folder of its own name beneath it
 */
public record Settings(Map<String, Object> values, Path stateDirectory) {

  private static final long DAY = 86_400;

  /** Copies the values. */
  @SuppressWarnings("doclint:missing") // documented at the record
  public Settings {
    values = Map.copyOf(values);
    Objects.requireNonNull(stateDirectory, "stateDirectory");
  }

  /**
   * Returns a text.
   *
   * @param name the setting's name
   * @return the value, or empty if it is absent
   * @throws IllegalArgumentException if the value is not a text
   */
  public Optional<String> text(String name) {
    return value(name, String.class, "a text");
  }

  /**
   * Returns a whole number.
   *
   * @param name the setting's name
   * @return the value, or empty if it is absent
   * @throws IllegalArgumentException if the value is not a whole number
   */
  public Optional<Long> number(String name) {
    return value(name, Number.class, "a whole number")
        .map(
            number -> {
              if (number.doubleValue() != number.longValue()) {
                throw invalid(name, number, "a whole number");
              }
              return number.longValue();
            });
  }

  /**
   * Returns a boolean.
   *
   * @param name the setting's name
   * @return the value, or empty if it is absent
   * @throws IllegalArgumentException if the value is not a boolean
   */
  public Optional<Boolean> flag(String name) {
    return value(name, Boolean.class, "true or false");
  }

  /**
   * Returns a list of texts, for example a command and its arguments.
   *
   * @param name the setting's name
   * @return the value, or empty if it is absent
   * @throws IllegalArgumentException if the value is not a list of texts
   */
  public Optional<List<String>> texts(String name) {
    return value(name, List.class, "a list of texts")
        .map(
            list -> {
              List<String> texts = new ArrayList<>();
              for (Object each : list) {
                if (!(each instanceof String text)) {
                  throw invalid(name, list, "a list of texts");
                }
                texts.add(text);
              }
              return List.copyOf(texts);
            });
  }

  /**
   * Returns a duration, given in whole seconds from 1 to 86,400.
   *
   * @param name the setting's name
   * @return the value, or empty if it is absent
   * @throws IllegalArgumentException if the value is not a whole number in this range
   */
  public Optional<Duration> seconds(String name) {
    return number(name)
        .map(
            number -> {
              if (number < 1 || number > DAY) {
                throw invalid(name, number, "a number of seconds from 1 to " + DAY);
              }
              return Duration.ofSeconds(number);
            });
  }

  /**
   * Refuses unknown settings, which are mostly misspelt.
   *
   * @param names the names of all known settings
   * @throws IllegalArgumentException if there is another setting; the message names it
   */
  public void expectOnly(String... names) {
    Set<String> known = new TreeSet<>(List.of(names));
    for (String name : new TreeSet<>(values.keySet())) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "setting " + name + ": unknown, expected one of " + known);
      }
    }
  }

  private <T> Optional<T> value(String name, Class<T> type, String expected) {
    Object value = values.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw invalid(name, value, expected);
    }
    return Optional.of(type.cast(value));
  }

  private static IllegalArgumentException invalid(String name, Object value, String expected) {
    return new IllegalArgumentException("setting " + name + ": " + value + " is not " + expected);
  }
}
