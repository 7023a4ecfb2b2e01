package org.lazaruspit.pit.spi;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a plug-in is handed when it is set up. Immutable and thread-safe.
 *
 * @param values what the configuration's {@code plugins} says under the plug-in's name: JSON values
 *     (texts, numbers, booleans, lists, maps)
 * @param stateDirectory the pit's own directory, outside every cell; a plug-in keeps its files in a
 *     folder of its own name beneath it
 */
public record Settings(Map<String, Object> values, Path stateDirectory) {

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
