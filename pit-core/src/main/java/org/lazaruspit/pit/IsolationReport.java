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
 * What this machine can give agents that are to be kept apart, and what is missing, found out by
 * trying. Immutable and thread-safe.
 *
 * @param abilities what isolation is made of, in words, each with the reason why this machine does
 *     not give it; empty where it does
 * @param refusals for every level, why an agent of it would not be started here; an empty list
 *     where it would
 */
public record IsolationReport(
    Map<String, Optional<String>> abilities, Map<IsolationLevel, List<String>> refusals) {

  /** Copies the parts. */
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
   * Tries everything on the machine at hand. Takes some tenths of a second: programs are started,
   * empty control groups are made and removed again. No agent is touched.
   *
   * @param settings what the configuration says under {@code plugins.process}
   * @return what was found
   * @throws IllegalArgumentException where a setting cannot be used; the message names it
   */
  public static IsolationReport ofThisMachine(Settings settings) {
    IsolationPreflight preflight = new IsolationPreflight(settings);
    return new IsolationReport(preflight.features(), preflight.refusals());
  }

  /**
   * Whether agents of a level can be started here, as far as the level itself goes: a cell may ask
   * for more, for example for limits.
   *
   * @param level the level
   * @return true when nothing that it needs is missing
   */
  public boolean gives(IsolationLevel level) {
    return refusals.getOrDefault(level, List.of()).isEmpty();
  }

  /**
   * The report for people, a line for each level and each ability.
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
        (what, missing) -> lines.add(what + missing.map(why -> ": no, " + why).orElse(": yes")));
    return List.copyOf(lines);
  }
}
