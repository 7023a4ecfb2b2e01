package org.lazaruspit.pit.internal.isolation;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Settings;

/** What an operator wants to know before any agent is started. Thread-safe. */
public final class IsolationPreflight {

  private final HostFeatures machine;
  private final IsolationLimits limits;

  /**
   * On the machine at hand.
   *
   * @param settings the process reviver's settings
   */
  public IsolationPreflight(Settings settings) {
    this(settings, ProgramLookup.ofThisMachine());
  }

  IsolationPreflight(Settings settings, ProgramLookup programs) {
    this.machine = new HostFeatureProbe(programs, ControlGroups.ofThisMachine());
    this.limits = IsolationLimits.from(settings);
  }

  /**
   * What isolation is made of.
   *
   * @return each ability in words, with the reason why it is missing; empty where it is not
   */
  public Map<String, Optional<String>> abilities() {
    Map<String, Optional<String>> found = new LinkedHashMap<>();
    for (IsolationFeature ability : IsolationFeature.values()) {
      found.put(ability.text(), machine.missing(ability));
    }
    return found;
  }

  /**
   * Why agents of a level would not be started.
   *
   * @return the reasons of every level; an empty list where there are none
   */
  public Map<IsolationLevel, List<String>> refusals() {
    Map<IsolationLevel, List<String>> refusals = new EnumMap<>(IsolationLevel.class);
    for (IsolationLevel level : IsolationLevel.values()) {
      IsolationSpec spec =
          new IsolationSpec(level, false, false, ResourceLimits.ABSENT, SecurityContext.ABSENT);
      refusals.put(
          level,
          IsolationRules.judge(spec, machine, limits).stream()
              .filter(finding -> finding.outcome() == Outcome.REFUSED)
              .map(IsolationFinding::detail)
              .toList());
    }
    return refusals;
  }
}
