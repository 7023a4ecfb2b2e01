package org.lazaruspit.pit.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Command that starts agents, from the operator's configuration: an argument list that no shell
 * parses. Immutable and thread-safe.
 *
 * @param name the launcher's name in agents' files
 * @param command the program and its arguments, with placeholders such as <code>{agent_id}</code>;
 *     at least a program
 * @param environment variables to set, with placeholders in the values
 * @param workingDirectory the working directory, with placeholders; empty for the cell's directory
 */
public record Launcher(
    String name,
    List<String> command,
    Map<String, String> environment,
    Optional<String> workingDirectory) {

  /** The valid placeholders, without braces, in alphabetical order. */
  public static final Set<String> PLACEHOLDERS =
      Collections.unmodifiableSet(
          new TreeSet<>(
              Set.of("agent_id", "cell_id", "cell", "incarnation", "checkpoint", "gateway")));

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z_]+)}");

  /**
   * Copies the collections.
   *
   * @throws IllegalArgumentException if the command is empty or a placeholder is unknown
   */
  @SuppressWarnings("doclint:missing") // documented at the record
  public Launcher {
    command = List.copyOf(command);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    if (command.isEmpty() || command.get(0).isBlank()) {
      throw new IllegalArgumentException(
          "launcher " + name + ": its command is empty, expected a program and its arguments");
    }
    for (String text : texts(command, environment, workingDirectory)) {
      checkPlaceholders(name, text);
    }
  }

  /**
   * Command of a launcher with every placeholder replaced. Immutable and thread-safe.
   *
   * @param arguments the program and its arguments
   * @param environment variables to set
   * @param workingDirectory the working directory; empty for the cell's directory
   */
  public record Command(
      List<String> arguments, Map<String, String> environment, Optional<String> workingDirectory) {

    /** Copies the collections. */
    @SuppressWarnings("doclint:missing") // documented at the record
    public Command {
      arguments = List.copyOf(arguments);
      environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }
  }

  /**
   * Replaces every placeholder. Placeholders within inserted values are not replaced.
   *
   * @param values the values by placeholder, see {@link #PLACEHOLDERS}; a missing value is an empty
   *     text
   * @return the command to start
   */
  public Command expand(Map<String, String> values) {
    Map<String, String> expanded = new LinkedHashMap<>();
    environment.forEach((key, value) -> expanded.put(key, replace(value, values)));
    return new Command(
        command.stream().map(argument -> replace(argument, values)).toList(),
        expanded,
        workingDirectory.map(text -> replace(text, values)));
  }

  private static List<String> texts(
      List<String> command, Map<String, String> environment, Optional<String> directory) {
    List<String> texts = new ArrayList<>(command);
    texts.addAll(environment.values());
    directory.ifPresent(texts::add);
    return texts;
  }

  private static void checkPlaceholders(String launcher, String text) {
    Matcher matcher = PLACEHOLDER.matcher(text);
    while (matcher.find()) {
      if (!PLACEHOLDERS.contains(matcher.group(1))) {
        throw new IllegalArgumentException(
            "launcher %s: %s is no placeholder, expected one of %s"
                .formatted(launcher, matcher.group(), PLACEHOLDERS));
      }
    }
  }

  private static String replace(String text, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(values.getOrDefault(match.group(1), "")));
  }
}
