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

/** Report on the isolation that a machine supports, before any start. Thread-safe. */
public final class IsolationPreflight {

  private final HostFeatures host;
  private final IsolationLimits limits;

  /**
   * Makes a report on this machine.
   *
   * @param settings the process reviver's settings
   */
  public IsolationPreflight(Settings settings) {
    this(settings, ProgramLookup.ofThisMachine());
  }

  IsolationPreflight(Settings settings, ProgramLookup programs) {
    this.host = new HostFeatureProbe(programs, ControlGroups.ofThisMachine());
    this.limits = IsolationLimits.from(settings);
  }

  /**
   * Returns the features that isolation needs.
   *
   * @return the reason why a feature is missing, by the description of the feature; empty if it is
   *     present
   */
  public Map<String, Optional<String>> features() {
    Map<String, Optional<String>> found = new LinkedHashMap<>();
    for (IsolationFeature feature : IsolationFeature.values()) {
      found.put(feature.describe(), host.missing(feature));
    }
    return found;
  }

  /**
   * Returns why agents of a level would be refused.
   *
   * @return the reasons by level; an empty list for a supported level
   */
  public Map<IsolationLevel, List<String>> refusals() {
    Map<IsolationLevel, List<String>> refusals = new EnumMap<>(IsolationLevel.class);
    for (IsolationLevel level : IsolationLevel.values()) {
      IsolationSpec spec =
          new IsolationSpec(level, false, false, ResourceLimits.ABSENT, SecurityContext.ABSENT);
      refusals.put(
          level,
          IsolationRules.judge(spec, host, limits).stream()
              .filter(finding -> finding.outcome() == Outcome.REFUSED)
              .map(IsolationFinding::detail)
              .toList());
    }
    return refusals;
  }
}
