package org.lazaruspit.pit.internal.isolation;

import static org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome.ENFORCED;
import static org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome.NOT_ENFORCED;
import static org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome.REFUSED;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome;

/**
 * What becomes of every field that a cell's isolation sets, on a machine with these abilities. A
 * wall that was asked for and cannot be given stops the start; a limit that nothing here can give
 * at any level is reported. Pure, as far as the abilities are.
 */
final class IsolationRules {

  private final IsolationSpec spec;
  private final IsolationLevel level;
  private final HostFeatures machine;
  private final IsolationLimits limits;
  private final List<IsolationFinding> findings = new ArrayList<>();

  private IsolationRules(IsolationSpec spec, HostFeatures machine, IsolationLimits limits) {
    this.spec = spec;
    this.level = level(spec);
    this.machine = machine;
    this.limits = limits;
  }

  static IsolationLevel level(IsolationSpec spec) {
    return spec.level() == null ? IsolationLevel.NONE : spec.level();
  }

  static List<IsolationFinding> judge(
      IsolationSpec spec, HostFeatures machine, IsolationLimits limits) {
    return new IsolationRules(spec, machine, limits).judge();
  }

  private List<IsolationFinding> judge() {
    judgeLevel();
    judgeWalls();
    judgeLimits();
    judgeUser();
    judgeGroup();
    judgeCapabilities();
    return List.copyOf(findings);
  }

  private boolean atLeast(IsolationLevel least) {
    return level.compareTo(least) >= 0;
  }

  private void find(String field, Outcome outcome, String detail) {
    findings.add(new IsolationFinding(field, outcome, detail));
  }

  private void need(String field, String what, IsolationFeature ability) {
    Optional<String> missing = machine.missing(ability);
    if (missing.isPresent()) {
      find(field, REFUSED, what + " needs " + ability.text() + ": " + missing.get());
    } else {
      find(field, ENFORCED, what);
    }
  }

  private void judgeLevel() {
    String name = level.wireName();
    switch (level) {
      case NONE -> find("level", ENFORCED, name + ", a session of its own");
      case LEVEL_1 -> {
        need("level", name, IsolationFeature.PRIVILEGES);
        judgeProcessLimit(name);
      }
      case LEVEL_2 -> {
        need("level", name, IsolationFeature.WALLS);
        judgeProcessLimit(name);
      }
      case LEVEL_3 -> judgeContainer(name);
    }
  }

  /** The kernel never holds root to RLIMIT_NPROC, see getrlimit(2); a control group it does. */
  private void judgeProcessLimit(String name) {
    need("level", name, IsolationFeature.LIMITS);
    if (runsAsRoot()) {
      need("level", name + " for an agent that runs as root", IsolationFeature.PROCESS_GROUP);
    }
  }

  private boolean runsAsRoot() {
    @Nullable String user = spec.securityContext().user();
    return user == null
        ? machine.pit().root()
        : machine.account(user).map(UserAccount::root).orElse(machine.pit().root());
  }

  private void judgeContainer(String name) {
    need("level", name, IsolationFeature.CONTAINER);
    if (limits.image().isEmpty()) {
      find("level", REFUSED, name + " needs an image: plugins.process.image names none");
    }
  }

  private void judgeWalls() {
    if (spec.mountNamespaces()) {
      wall("mount_namespaces");
    }
    if (spec.networkIsolation()) {
      wall("network_isolation");
      if (level == IsolationLevel.LEVEL_2) {
        need("network_isolation", "an agent without a network", IsolationFeature.NETWORK_WALL);
      }
    }
  }

  private void wall(String field) {
    if (atLeast(IsolationLevel.LEVEL_2)) {
      find(field, ENFORCED, "given by " + level.wireName());
    } else {
      find(field, REFUSED, level.wireName() + " does not give it, level_2 does");
    }
  }

  private void judgeLimits() {
    if (spec.resourceLimits().memoryBytes() != null) {
      limit("resource_limits.memory", IsolationFeature.MEMORY_GROUP);
    }
    if (spec.resourceLimits().cpuMillicores() != null) {
      limit("resource_limits.cpu", IsolationFeature.CPU_GROUP);
    }
    if (spec.resourceLimits().diskBytes() != null) {
      find(
          "resource_limits.disk",
          NOT_ENFORCED,
          "nothing limits what an agent writes: that takes quotas of the file system");
    }
  }

  private void limit(String field, IsolationFeature ability) {
    if (atLeast(IsolationLevel.LEVEL_1)) {
      need(field, "the limit", ability);
    } else {
      find(field, NOT_ENFORCED, level.wireName() + " limits nothing, level_1 does");
    }
  }

  private void judgeUser() {
    @Nullable String user = spec.securityContext().user();
    if (user == null) {
      return;
    }
    if (machine.pit().called(user)) {
      find("security_context.user", ENFORCED, "the pit runs as " + user);
    } else if (becomesAnother("security_context.user", user)) {
      if (machine.account(user).isEmpty()) {
        find("security_context.user", REFUSED, "this machine has no user " + user);
      } else {
        need("security_context.user", "running as " + user, IsolationFeature.PRIVILEGES);
      }
    }
  }

  private void judgeGroup() {
    @Nullable String group = spec.securityContext().group();
    if (group == null) {
      return;
    }
    var number = machine.group(group);
    if (number.isEmpty()) {
      find("security_context.group", REFUSED, "this machine has no group " + group);
    } else if (number.getAsLong() == machine.pit().gid()) {
      find("security_context.group", ENFORCED, "the pit runs with " + group);
    } else if (becomesAnother("security_context.group", group)) {
      need("security_context.group", "running with " + group, IsolationFeature.PRIVILEGES);
    }
  }

  private boolean becomesAnother(String field, String wanted) {
    if (!atLeast(IsolationLevel.LEVEL_1)) {
      find(field, REFUSED, level.wireName() + " changes nobody, level_1 does");
    } else if (level == IsolationLevel.LEVEL_3) {
      find(field, REFUSED, "in a rootless container only the pit's own user can write the cell");
    } else if (!machine.pit().root()) {
      find(field, REFUSED, "the pit runs as %s and cannot become %s".formatted(pit(), wanted));
    } else {
      return true;
    }
    return false;
  }

  private String pit() {
    return machine.pit().name();
  }

  private void judgeCapabilities() {
    SecurityContext context = spec.securityContext();
    String field = "security_context.capabilities";
    if (context.capabilities().isEmpty()) {
      return;
    }
    if (!atLeast(IsolationLevel.LEVEL_1)) {
      find(field, REFUSED, level.wireName() + " drops none, level_1 does");
    } else if (level == IsolationLevel.LEVEL_1) {
      if (machine.pit().root()) {
        need(field, "exactly those listed", IsolationFeature.PRIVILEGES);
      } else {
        find(field, REFUSED, "the pit runs as " + pit() + " and has none to give");
      }
    } else if (context.capabilities().contains("CAP_SYS_ADMIN")) {
      find(field, REFUSED, "CAP_SYS_ADMIN can take down the walls of " + level.wireName());
    } else {
      find(field, ENFORCED, "exactly those listed, within the agent's own namespaces");
    }
  }
}
