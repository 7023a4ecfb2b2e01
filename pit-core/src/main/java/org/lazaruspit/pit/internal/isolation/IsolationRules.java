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
 * Decides the outcome of every field that a cell's isolation sets, on a machine with these
 * features. A field that another level or machine would enforce is refused; a limit that no level
 * enforces is reported. Pure, as far as the features are.
 */
final class IsolationRules {

  private final IsolationSpec spec;
  private final IsolationLevel level;
  private final HostFeatures host;
  private final IsolationLimits limits;
  private final List<IsolationFinding> findings = new ArrayList<>();

  private IsolationRules(IsolationSpec spec, HostFeatures host, IsolationLimits limits) {
    this.spec = spec;
    this.level = level(spec);
    this.host = host;
    this.limits = limits;
  }

  static IsolationLevel level(IsolationSpec spec) {
    return spec.level() == null ? IsolationLevel.NONE : spec.level();
  }

  static List<IsolationFinding> judge(
      IsolationSpec spec, HostFeatures host, IsolationLimits limits) {
    return new IsolationRules(spec, host, limits).judge();
  }

  private List<IsolationFinding> judge() {
    judgeLevel();
    judgeNamespaces();
    judgeLimits();
    judgeUser();
    judgeGroup();
    judgeCapabilities();
    return List.copyOf(findings);
  }

  private boolean atLeast(IsolationLevel least) {
    return level.compareTo(least) >= 0;
  }

  private void add(String field, Outcome outcome, String detail) {
    findings.add(new IsolationFinding(field, outcome, detail));
  }

  private void require(String field, String what, IsolationFeature feature) {
    Optional<String> missing = host.missing(feature);
    if (missing.isPresent()) {
      add(field, REFUSED, what + " needs " + feature.describe() + ": " + missing.get());
    } else {
      add(field, ENFORCED, what);
    }
  }

  private void judgeLevel() {
    String name = level.wireName();
    switch (level) {
      case NONE -> add("level", ENFORCED, name + ", a session of its own");
      case LEVEL_1 -> {
        require("level", name, IsolationFeature.PRIVILEGES);
        judgeProcessLimit(name);
      }
      case LEVEL_2 -> {
        require("level", name, IsolationFeature.NAMESPACES);
        judgeProcessLimit(name);
      }
      case LEVEL_3 -> judgeContainer(name);
    }
  }

  /** RLIMIT_NPROC does not apply to root, see getrlimit(2); a control group does. */
  private void judgeProcessLimit(String name) {
    require("level", name, IsolationFeature.LIMITS);
    if (runsAsRoot()) {
      require("level", name + " for an agent that runs as root", IsolationFeature.PROCESS_GROUP);
    }
  }

  private boolean runsAsRoot() {
    @Nullable String user = spec.securityContext().user();
    return user == null
        ? host.pit().isRoot()
        : host.account(user).map(UserAccount::isRoot).orElse(host.pit().isRoot());
  }

  private void judgeContainer(String name) {
    require("level", name, IsolationFeature.CONTAINER);
    if (limits.image().isEmpty()) {
      add("level", REFUSED, name + " needs an image: plugins.process.image is not set");
    }
  }

  private void judgeNamespaces() {
    if (spec.mountNamespaces()) {
      requireLevel2("mount_namespaces");
    }
    if (spec.networkIsolation()) {
      requireLevel2("network_isolation");
      if (level == IsolationLevel.LEVEL_2) {
        require(
            "network_isolation", "an agent without a network", IsolationFeature.NETWORK_NAMESPACE);
      }
    }
  }

  private void requireLevel2(String field) {
    if (atLeast(IsolationLevel.LEVEL_2)) {
      add(field, ENFORCED, "given by " + level.wireName());
    } else {
      add(field, REFUSED, level.wireName() + " does not give it, level_2 does");
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
      add(
          "resource_limits.disk",
          NOT_ENFORCED,
          "disk use is not limited: that takes quotas of the file system");
    }
  }

  private void limit(String field, IsolationFeature feature) {
    if (atLeast(IsolationLevel.LEVEL_1)) {
      require(field, "the limit", feature);
    } else {
      add(field, NOT_ENFORCED, level.wireName() + " sets no limits, level_1 does");
    }
  }

  private void judgeUser() {
    @Nullable String user = spec.securityContext().user();
    if (user == null) {
      return;
    }
    if (host.pit().isNamed(user)) {
      add("security_context.user", ENFORCED, "the pit runs as " + user);
    } else if (canChangeIdentity("security_context.user", user)) {
      if (host.account(user).isEmpty()) {
        add("security_context.user", REFUSED, "this machine has no user " + user);
      } else {
        require("security_context.user", "running as " + user, IsolationFeature.PRIVILEGES);
      }
    }
  }

  private void judgeGroup() {
    @Nullable String group = spec.securityContext().group();
    if (group == null) {
      return;
    }
    var number = host.group(group);
    if (number.isEmpty()) {
      add("security_context.group", REFUSED, "this machine has no group " + group);
    } else if (number.getAsLong() == host.pit().gid()) {
      add("security_context.group", ENFORCED, "the pit runs with " + group);
    } else if (canChangeIdentity("security_context.group", group)) {
      require("security_context.group", "running with " + group, IsolationFeature.PRIVILEGES);
    }
  }

  private boolean canChangeIdentity(String field, String wanted) {
    if (!atLeast(IsolationLevel.LEVEL_1)) {
      add(field, REFUSED, level.wireName() + " changes no user or group, level_1 does");
    } else if (level == IsolationLevel.LEVEL_3) {
      add(field, REFUSED, "in a rootless container only the pit's own user can write the cell");
    } else if (!host.pit().isRoot()) {
      add(field, REFUSED, "the pit runs as %s and cannot become %s".formatted(pitUser(), wanted));
    } else {
      return true;
    }
    return false;
  }

  private String pitUser() {
    return host.pit().name();
  }

  private void judgeCapabilities() {
    SecurityContext context = spec.securityContext();
    String field = "security_context.capabilities";
    if (context.capabilities().isEmpty()) {
      return;
    }
    if (!atLeast(IsolationLevel.LEVEL_1)) {
      add(field, REFUSED, level.wireName() + " drops no capabilities, level_1 does");
    } else if (level == IsolationLevel.LEVEL_1) {
      if (host.pit().isRoot()) {
        require(field, "exactly those listed", IsolationFeature.PRIVILEGES);
      } else {
        add(field, REFUSED, "the pit runs as " + pitUser() + " and has no capabilities to give");
      }
    } else if (context.capabilities().contains("CAP_SYS_ADMIN")) {
      add(field, REFUSED, "CAP_SYS_ADMIN can undo the sandbox of " + level.wireName());
    } else {
      add(field, ENFORCED, "exactly those listed, within the agent's own namespaces");
    }
  }
}
