package org.lazaruspit.pit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.pit.internal.isolation.IsolationPreflight;
import org.lazaruspit.pit.spi.Settings;

/**
 * Isolation features and levels that this machine supports, found by trials. Immutable and
 * thread-safe.
 *
 * @param abilities every isolation feature, as text, with the reason why this machine lacks it;
 *     empty if the machine supports it
 * @param refusals for every level, the reasons against a start of its agents on this machine; an
 *     empty list if the machine supports the level
 */
public record IsolationReport(
    Map<String, Optional<String>> abilities, Map<IsolationLevel, List<String>> refusals) {

  /** Copies the maps. */
  @SuppressWarnings("doclint:missing") // the record says it
  public IsolationReport {
    abilities = Collections.unmodifiableMap(new LinkedHashMap<>(abilities));
    Map<IsolationLevel, List<String>> copy = new EnumMap<>(IsolationLevel.class);
    for (IsolationLevel level : IsolationLevel.values()) {
      copy.put(level, List.copyOf(Objects.requireNonNull(refusals.get(level), level.wireName())));
    }
    refusals = Collections.unmodifiableMap(copy);
  }

  /**
   * Tries every feature on this machine. Takes some tenths of a second: starts programs, and
   * creates and removes empty control groups. Affects no agent.
   *
   * @param settings the settings at {@code plugins.process} in the configuration
   * @return the result of the trials
   * @throws IllegalArgumentException if a setting is invalid; the message names it
   */
  public static IsolationReport ofThisMachine(Settings settings) {
    IsolationPreflight preflight = new IsolationPreflight(settings);
    return new IsolationReport(preflight.features(), preflight.refusals());
  }

  /**
   * Returns whether agents of a level can be started on this machine. A cell may require more than
   * its level does, for example limits.
   *
   * @param level the level
   * @return true if no feature that the level requires is missing
   */
  public boolean gives(IsolationLevel level) {
    return refusals.getOrDefault(level, List.of()).isEmpty();
  }

  /**
   * Formats the report: a line for each level, then a line for each feature.
   *
   * @return lines such as {@code level_2: yes}
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    refusals.forEach(
        (level, reasons) ->
            lines.add(
                level.wireName()
                    + (reasons.isEmpty() ? ": yes" : ": no, " + String.join("; ", reasons))));
    abilities.forEach(
        (feature, missing) ->
            lines.add(feature + missing.map(reason -> ": no, " + reason).orElse(": yes")));
    return List.copyOf(lines);
  }
}
