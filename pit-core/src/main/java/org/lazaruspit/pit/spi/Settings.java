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
 * What a plug-in is handed when it is set up. Immutable and thread-safe.
 *
 * @param values what the configuration's {@code plugins} says under the plug-in's name: JSON values
 *     (texts, numbers, booleans, lists, maps)
 * @param stateDirectory the pit's own directory, outside every cell; a plug-in keeps its files in a
 *     folder of its own name beneath it
 */
public record Settings(Map<String, Object> values, Path stateDirectory) {

  private static final long DAY = 86_400;

  /** Copies the values. */
  @SuppressWarnings("doclint:missing") // the record says it
  public Settings {
    values = Map.copyOf(values);
    Objects.requireNonNull(stateDirectory, "stateDirectory");
  }

  /**
   * A text setting.
   *
   * @param name the setting's name
   * @return its value, or empty where it isn't given
   * @throws IllegalArgumentException if it is given and isn't a text
   */
  public Optional<String> text(String name) {
    return value(name, String.class, "a text");
  }

  /**
   * A whole number.
   *
   * @param name the setting's name
   * @return its value, or empty where it isn't given
   * @throws IllegalArgumentException if it is given and isn't a whole number
   */
  public Optional<Long> number(String name) {
    return value(name, Number.class, "a whole number")
        .map(
            number -> {
              if (number.doubleValue() != number.longValue()) {
                throw wrong(name, number, "a whole number");
              }
              return number.longValue();
            });
  }

  /**
   * A yes or no.
   *
   * @param name the setting's name
   * @return its value, or empty where it isn't given
   * @throws IllegalArgumentException if it is given and isn't a boolean
   */
  public Optional<Boolean> flag(String name) {
    return value(name, Boolean.class, "true or false");
  }

  /**
   * A list of texts, for example a command and its arguments.
   *
   * @param name the setting's name
   * @return its value, or empty where it isn't given
   * @throws IllegalArgumentException if it is given and isn't a list of texts
   */
  public Optional<List<String>> texts(String name) {
    return value(name, List.class, "a list of texts")
        .map(
            list -> {
              List<String> texts = new ArrayList<>();
              for (Object each : list) {
                if (!(each instanceof String text)) {
                  throw wrong(name, list, "a list of texts");
                }
                texts.add(text);
              }
              return List.copyOf(texts);
            });
  }

  /**
   * A time, given in whole seconds.
   *
   * @param name the setting's name
   * @return its value, or empty where it isn't given
   * @throws IllegalArgumentException if it is given and isn't between 1 s and a day
   */
  public Optional<Duration> seconds(String name) {
    return number(name)
        .map(
            number -> {
              if (number < 1 || number > DAY) {
                throw wrong(name, number, "a number of seconds from 1 to " + DAY);
              }
              return Duration.ofSeconds(number);
            });
  }

  /**
   * Refuses settings that the plug-in does not know: most are misspelt.
   *
   * @param names every setting that it knows
   * @throws IllegalArgumentException if there is another; the message names it
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
      throw wrong(name, value, expected);
    }
    return Optional.of(type.cast(value));
  }

  private static IllegalArgumentException wrong(String name, Object value, String expected) {
    return new IllegalArgumentException("setting " + name + ": " + value + " is not " + expected);
  }
}
