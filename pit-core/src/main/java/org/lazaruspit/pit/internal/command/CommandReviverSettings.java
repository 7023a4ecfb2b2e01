package org.lazaruspit.pit.internal.command;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.Settings;

/**
 * Settings of the {@code command} reviver, checked. Immutable.
 *
 * @param start command that starts an agent, with every placeholder of a launcher
 * @param stop command that stops an agent; empty if it is not configured
 * @param presence command that tells whether an agent runs
 * @param startWithin time limit from the start until the agent is present
 * @param stopWithin time limit from the stop until the agent is absent
 * @param presenceWithin time limit of the presence command
 * @param absent exit statuses of {@code presence} that prove an agent absent
 */
record CommandReviverSettings(
    Launcher start,
    Optional<List<String>> stop,
    List<String> presence,
    Duration startWithin,
    Duration stopWithin,
    Duration presenceWithin,
    Set<Integer> absent) {

  /** Placeholders that need no start order. */
  private static final Set<String> KNOWN_ALWAYS = Set.of("agent_id", "cell_id");

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z_]+)}");

  /** Statuses of init scripts in the Linux Standard Base: dead with a pid file, and not running. */
  private static final List<Integer> LSB_NOT_RUNNING = List.of(1, 3);

  static CommandReviverSettings of(Settings settings) {
    settings.expectOnly(
        "start", "stop", "presence", "start_within", "stop_within", "presence_within", "absent");
    Optional<List<String>> stop = settings.texts("stop").map(command -> check("stop", command));
    return new CommandReviverSettings(
        new Launcher(
            "of the command reviver", required("start", settings), Map.of(), Optional.empty()),
        stop,
        check("presence", required("presence", settings)),
        settings.seconds("start_within").orElse(Duration.ofSeconds(60)),
        settings.seconds("stop_within").orElse(Duration.ofSeconds(60)),
        settings.seconds("presence_within").orElse(Duration.ofSeconds(10)),
        absent(settings));
  }

  private static List<String> required(String name, Settings settings) {
    return settings
        .texts(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "setting " + name + ": not given, expected a program and its arguments"));
  }

  private static List<String> check(String name, List<String> command) {
    if (command.isEmpty() || command.get(0).isBlank()) {
      throw new IllegalArgumentException(
          "setting " + name + ": empty, expected a program and its arguments");
    }
    for (String argument : command) {
      Matcher matcher = PLACEHOLDER.matcher(argument);
      while (matcher.find()) {
        if (!KNOWN_ALWAYS.contains(matcher.group(1))) {
          throw new IllegalArgumentException(
              "setting %s: %s is not known there, only {agent_id} and {cell_id}"
                  .formatted(name, matcher.group()));
        }
      }
    }
    return command;
  }

  private static Set<Integer> absent(Settings settings) {
    Object given = settings.values().getOrDefault("absent", LSB_NOT_RUNNING);
    Set<Integer> statuses = new LinkedHashSet<>();
    if (given instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Integer status && status >= 1 && status <= 125) {
          statuses.add(status);
        }
      }
      if (!list.isEmpty() && statuses.size() == list.size()) {
        return Set.copyOf(statuses);
      }
    }
    throw new IllegalArgumentException(
        "setting absent: " + given + " is not a list of exit statuses from 1 to 125");
  }

  /** Replaces the placeholders that need no start order. */
  static List<String> expand(List<String> command, AgentRef agent) {
    return command.stream()
        .map(
            argument ->
                argument
                    .replace("{cell_id}", agent.cellId().toString())
                    .replace("{agent_id}", agent.agentId()))
        .toList();
  }
}
