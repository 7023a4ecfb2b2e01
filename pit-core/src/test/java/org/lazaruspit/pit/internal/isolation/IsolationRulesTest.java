package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome.ENFORCED;
import static org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome.NOT_ENFORCED;
import static org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome.REFUSED;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.with;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome;

/** The outcome of each field, on machines with more or fewer features. */
final class IsolationRulesTest {

  private static final UserAccount WORKER = new UserAccount("worker", 1000, 1000, "/home/worker");
  private static final UserAccount SUPERUSER = new UserAccount("root", 0, 0, "/root");
  private static final IsolationLimits WITH_IMAGE =
      new IsolationLimits(64, 64, Optional.of("localhost/agent"));
  private static final ResourceLimits ALL = new ResourceLimits(500L, 1L << 30, 1L << 40);
  private static final SecurityContext NOBODY = new SecurityContext("nobody", null, List.of());

  /** Machine with all features but some. */
  private record Machine(UserAccount pit, Set<IsolationFeature> lacks) implements HostFeatures {
    @Override
    public Optional<String> missing(IsolationFeature feature) {
      return lacks.contains(feature) ? Optional.of("it is missing") : Optional.empty();
    }

    @Override
    public Optional<UserAccount> account(String name) {
      return switch (name) {
        case "nobody" -> Optional.of(new UserAccount("nobody", 65534, 65534, "/nonexistent"));
        case "toor" -> Optional.of(new UserAccount("toor", 0, 0, "/root"));
        default -> Optional.empty();
      };
    }

    @Override
    public OptionalLong group(String name) {
      return switch (name) {
        case "nogroup" -> OptionalLong.of(65534);
        case "workers" -> OptionalLong.of(1000);
        case "wheel" -> OptionalLong.of(0);
        default -> OptionalLong.empty();
      };
    }
  }

  private static Machine workers(IsolationFeature... lacks) {
    return new Machine(WORKER, setOf(lacks));
  }

  private static Machine roots(IsolationFeature... lacks) {
    return new Machine(SUPERUSER, setOf(lacks));
  }

  private static Set<IsolationFeature> setOf(IsolationFeature... lacks) {
    Set<IsolationFeature> set = EnumSet.noneOf(IsolationFeature.class);
    set.addAll(List.of(lacks));
    return set;
  }

  private static IsolationSpec flags(IsolationLevel level, boolean mounts, boolean network) {
    return new IsolationSpec(level, mounts, network, ResourceLimits.ABSENT, SecurityContext.ABSENT);
  }

  private static Outcome outcome(IsolationSpec spec, Machine machine, String field) {
    Set<Outcome> outcomes =
        IsolationRules.judge(spec, machine, WITH_IMAGE).stream()
            .filter(finding -> finding.field().equals(field))
            .map(IsolationFinding::outcome)
            .collect(Collectors.toSet());
    assertTrue(!outcomes.isEmpty(), field);
    return outcomes.contains(REFUSED) ? REFUSED : outcomes.iterator().next();
  }

  @Test
  void aLevelIsRefusedWhereWhatItNeedsIsMissing() {
    for (IsolationLevel level : IsolationLevel.values()) {
      assertEquals(ENFORCED, outcome(level(level), workers(), "level"));
    }
    refused(IsolationLevel.LEVEL_1, IsolationFeature.PRIVILEGES);
    refused(IsolationLevel.LEVEL_1, IsolationFeature.LIMITS);
    refused(IsolationLevel.LEVEL_2, IsolationFeature.NAMESPACES);
    refused(IsolationLevel.LEVEL_2, IsolationFeature.LIMITS);
    refused(IsolationLevel.LEVEL_3, IsolationFeature.CONTAINER);
    assertEquals(
        ENFORCED, outcome(level(IsolationLevel.NONE), workers(IsolationFeature.values()), "level"));
  }

  private static void refused(IsolationLevel level, IsolationFeature missing) {
    assertEquals(REFUSED, outcome(level(level), workers(missing), "level"), level + " " + missing);
  }

  @Test
  void rootIsHeldToALimitOnProcessesByAGroupOrNotStarted() {
    IsolationSpec spec = level(IsolationLevel.LEVEL_1);
    assertEquals(ENFORCED, outcome(spec, roots(), "level"));
    assertEquals(REFUSED, outcome(spec, roots(IsolationFeature.PROCESS_GROUP), "level"));
    assertEquals(ENFORCED, outcome(spec, workers(IsolationFeature.PROCESS_GROUP), "level"));
    assertEquals(
        ENFORCED, outcome(with(spec, NOBODY), roots(IsolationFeature.PROCESS_GROUP), "level"));
    IsolationSpec otherName = with(spec, new SecurityContext("toor", null, List.of()));
    assertEquals(REFUSED, outcome(otherName, roots(IsolationFeature.PROCESS_GROUP), "level"));
  }

  @Test
  void aContainerNeedsAnImage() {
    List<IsolationFinding> findings =
        IsolationRules.judge(level(IsolationLevel.LEVEL_3), workers(), IsolationLimits.DEFAULTS);
    assertTrue(
        findings.stream().anyMatch(f -> f.outcome() == REFUSED && f.detail().contains("image")));
  }

  @Test
  void namespacesAreRefusedBelowTheLevelThatGivesThem() {
    for (String field : List.of("mount_namespaces", "network_isolation")) {
      assertEquals(REFUSED, outcome(flags(IsolationLevel.NONE, true, true), roots(), field));
      assertEquals(REFUSED, outcome(flags(IsolationLevel.LEVEL_1, true, true), roots(), field));
      assertEquals(ENFORCED, outcome(flags(IsolationLevel.LEVEL_2, true, true), roots(), field));
      assertEquals(ENFORCED, outcome(flags(IsolationLevel.LEVEL_3, true, true), workers(), field));
    }
    assertEquals(
        REFUSED,
        outcome(
            flags(IsolationLevel.LEVEL_2, false, true),
            roots(IsolationFeature.NETWORK_NAMESPACE),
            "network_isolation"));
  }

  @Test
  void limitsAreEnforcedOrRefusedAtALevelAndOnlyReportedWithoutOne() {
    for (IsolationLevel level : IsolationLevel.values()) {
      IsolationSpec spec = with(level(level), ALL);
      Outcome without = level == IsolationLevel.NONE ? NOT_ENFORCED : REFUSED;
      Outcome given = level == IsolationLevel.NONE ? NOT_ENFORCED : ENFORCED;
      assertEquals(given, outcome(spec, workers(), "resource_limits.memory"));
      assertEquals(given, outcome(spec, workers(), "resource_limits.cpu"));
      assertEquals(
          without, outcome(spec, workers(IsolationFeature.MEMORY_GROUP), "resource_limits.memory"));
      assertEquals(
          without, outcome(spec, workers(IsolationFeature.CPU_GROUP), "resource_limits.cpu"));
      assertEquals(NOT_ENFORCED, outcome(spec, workers(), "resource_limits.disk"));
    }
  }

  @Test
  void onlyRootCanRunAgentsAsAnotherUser() {
    String field = "security_context.user";
    for (IsolationLevel level : IsolationLevel.values()) {
      boolean changes = level == IsolationLevel.LEVEL_1 || level == IsolationLevel.LEVEL_2;
      IsolationSpec spec = with(level(level), NOBODY);
      assertEquals(changes ? ENFORCED : REFUSED, outcome(spec, roots(), field));
      assertEquals(REFUSED, outcome(spec, workers(), field));
      IsolationSpec own = with(level(level), new SecurityContext("worker", null, List.of()));
      assertEquals(ENFORCED, outcome(own, workers(), field));
    }
    IsolationSpec unknown =
        with(level(IsolationLevel.LEVEL_1), new SecurityContext("unknown", null, List.of()));
    assertEquals(REFUSED, outcome(unknown, roots(), field));
    assertEquals(
        REFUSED,
        outcome(
            with(level(IsolationLevel.LEVEL_2), NOBODY),
            roots(IsolationFeature.PRIVILEGES),
            field));
  }

  @Test
  void onlyRootCanRunAgentsWithAnotherGroup() {
    String field = "security_context.group";
    IsolationSpec other = group("nogroup");
    assertEquals(ENFORCED, outcome(other, roots(), field));
    assertEquals(REFUSED, outcome(other, workers(), field));
    assertEquals(ENFORCED, outcome(group("workers"), workers(), field));
    assertEquals(REFUSED, outcome(group("strangers"), roots(), field));
  }

  @Test
  void thePitsOwnGroupIsNoChange() {
    for (IsolationLevel level : IsolationLevel.values()) {
      String field = "security_context.group";
      assertEquals(ENFORCED, outcome(group(level, "workers"), workers(), field));
      assertEquals(ENFORCED, outcome(group(level, "wheel"), roots(), field));
    }
  }

  private static IsolationSpec group(String name) {
    return group(IsolationLevel.LEVEL_1, name);
  }

  private static IsolationSpec group(IsolationLevel level, String name) {
    return with(level(level), new SecurityContext(null, name, List.of()));
  }

  @Test
  void capabilitiesAreRefusedWhereTheyCannotBeGivenOrWouldUndoTheSandbox() {
    String field = "security_context.capabilities";
    assertEquals(REFUSED, outcome(may(IsolationLevel.NONE, "CAP_CHOWN"), roots(), field));
    assertEquals(ENFORCED, outcome(may(IsolationLevel.LEVEL_1, "CAP_CHOWN"), roots(), field));
    assertEquals(REFUSED, outcome(may(IsolationLevel.LEVEL_1, "CAP_CHOWN"), workers(), field));
    assertEquals(ENFORCED, outcome(may(IsolationLevel.LEVEL_2, "CAP_CHOWN"), workers(), field));
    assertEquals(REFUSED, outcome(may(IsolationLevel.LEVEL_2, "CAP_SYS_ADMIN"), roots(), field));
    assertEquals(REFUSED, outcome(may(IsolationLevel.LEVEL_3, "CAP_SYS_ADMIN"), workers(), field));
  }

  private static IsolationSpec may(IsolationLevel level, String capability) {
    return with(level(level), new SecurityContext(null, null, List.of(capability)));
  }
}
