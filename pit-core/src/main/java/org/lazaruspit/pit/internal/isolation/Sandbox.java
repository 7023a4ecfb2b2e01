package org.lazaruspit.pit.internal.isolation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.pit.internal.isolation.ControlGroups.Controller;
import org.lazaruspit.pit.internal.isolation.IsolationFinding.Outcome;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.AgentRef;
import org.lazaruspit.pit.spi.Launcher;
import org.lazaruspit.pit.spi.Settings;
import org.lazaruspit.pit.spi.StartOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the sandboxes of agents from the isolation of their cells, or refuses with the reason.
 * Thread-safe.
 */
public final class Sandbox {

  private static final Logger log = LoggerFactory.getLogger(Sandbox.class);

  private final ProgramLookup programs;
  private final HostFeatures host;
  private final ControlGroups groups;
  private final IsolationLimits limits;
  private final Path state;
  private final Map<AgentRef, Long> grouped = new ConcurrentHashMap<>();
  private final Set<String> reported = ConcurrentHashMap.newKeySet();

  Sandbox(
      ProgramLookup programs,
      HostFeatures host,
      ControlGroups groups,
      IsolationLimits limits,
      Path state) {
    this.programs = programs;
    this.host = host;
    this.groups = groups;
    this.limits = limits;
    this.state = state;
  }

  /** Makes a sandbox builder for this machine, with the settings of the reviver. */
  public static Sandbox configured(Settings settings, Path state) {
    return configured(settings, state, ProgramLookup.ofThisMachine());
  }

  static Sandbox configured(Settings settings, Path state, ProgramLookup programs) {
    ControlGroups groups = ControlGroups.ofThisMachine();
    return new Sandbox(
        programs,
        new HostFeatureProbe(programs, groups),
        groups,
        IsolationLimits.from(settings),
        state);
  }

  /**
   * Command that builds a sandbox and then becomes the agent.
   *
   * @param arguments the program and its arguments
   * @param environment variables beside those of the agent
   * @param group the control group that the agent cannot leave; empty without one
   * @param uid the user of the agent; empty for the pit's own user
   */
  public record SandboxedCommand(
      List<String> arguments,
      Map<String, String> environment,
      Optional<Path> group,
      OptionalLong uid) {}

  /**
   * Returns the command to start in place of the agent's own.
   *
   * @throws IOException if the isolation is refused; the message names the fields and reasons
   */
  public SandboxedCommand prepare(StartOrder order, Launcher.Command command) throws IOException {
    IsolationSpec spec = order.isolation();
    List<IsolationFinding> findings = IsolationRules.judge(spec, host, limits);
    String refused = join(findings, Outcome.REFUSED);
    if (!refused.isEmpty()) {
      throw new IOException("isolation refused: " + refused);
    }
    report(order.agent(), join(findings, Outcome.NOT_ENFORCED));
    if (IsolationRules.level(spec) == IsolationLevel.NONE) {
      return new SandboxedCommand(
          command.arguments(), Map.of(), Optional.empty(), OptionalLong.empty());
    }
    SandboxPaths paths = SandboxPaths.of(order, command, state);
    Optional<UserAccount> account = targetAccount(spec);
    if (account.isPresent()) {
      paths.changeOwner(account.get());
    }
    List<String> arguments = new ArrayList<>();
    grouped.put(order.agent(), order.incarnation());
    Optional<Path> group = trackingGroup(order, account.orElse(host.pit()));
    Set<Path> joined = new LinkedHashSet<>();
    joined.addAll(groups.prepare(order.agent(), order.incarnation(), groupLimits(spec)));
    group.ifPresent(joined::add);
    joinGroups(arguments, joined);
    addSandbox(arguments, order, command, paths);
    arguments.addAll(command.arguments());
    return new SandboxedCommand(
        arguments,
        account.map(Sandbox::variables).orElse(Map.of()),
        group,
        account.isPresent() ? OptionalLong.of(account.get().uid()) : OptionalLong.empty());
  }

  /**
   * Capabilities outside of a sandbox, for example CAP_DAC_OVERRIDE, let an agent leave a group.
   */
  private Optional<Path> trackingGroup(StartOrder order, UserAccount account) {
    IsolationSpec spec = order.isolation();
    boolean sandboxed = IsolationRules.level(spec).compareTo(IsolationLevel.LEVEL_2) >= 0;
    return sandboxed || spec.securityContext().capabilities().isEmpty()
        ? groups.prepareTracking(order.agent(), order.incarnation(), account.uid(), sandboxed)
        : Optional.empty();
  }

  private static String join(List<IsolationFinding> findings, Outcome outcome) {
    return findings.stream()
        .filter(finding -> finding.outcome() == outcome)
        .map(IsolationFinding::toString)
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private void report(AgentRef agent, String notEnforced) {
    if (!notEnforced.isEmpty() && reported.add(agent + notEnforced)) {
      log.warn("{}: not enforced: {}", agent, notEnforced);
    }
  }

  /** Returns the user of the agent; empty if it is the user of the pit. */
  private Optional<UserAccount> targetAccount(IsolationSpec spec) {
    return Optional.ofNullable(spec.securityContext().user())
        .filter(user -> !host.pit().isNamed(user))
        .flatMap(host::account);
  }

  private static Map<String, String> variables(UserAccount account) {
    return Map.of("HOME", account.home(), "USER", account.name(), "LOGNAME", account.name());
  }

  private Map<Controller, Long> groupLimits(IsolationSpec spec) {
    Map<Controller, Long> wanted = new EnumMap<>(Controller.class);
    Optional.ofNullable(spec.resourceLimits().memoryBytes())
        .ifPresent(bytes -> wanted.put(Controller.MEMORY, bytes));
    Optional.ofNullable(spec.resourceLimits().cpuMillicores())
        .ifPresent(millicores -> wanted.put(Controller.CPU, millicores));
    if (targetAccount(spec).map(UserAccount::isRoot).orElse(host.pit().isRoot())) {
      wanted.put(Controller.PIDS, limits.processes());
    }
    return wanted;
  }

  /** "0" stands for the writer: the shell joins, and its later programs stay inside. */
  private void joinGroups(List<String> arguments, Set<Path> joined) throws IOException {
    if (joined.isEmpty()) {
      return;
    }
    arguments.addAll(
        List.of(
            programs.require("sh"),
            "-c",
            "while [ \"$1\" != -- ]; do echo 0 >\"$1/cgroup.procs\" || exit 78; shift; done; "
                + "shift; exec \"$@\"",
            "sh"));
    joined.forEach(group -> arguments.add(group.toString()));
    arguments.add("--");
  }

  private void addSandbox(
      List<String> arguments, StartOrder order, Launcher.Command command, SandboxPaths paths)
      throws IOException {
    IsolationSpec spec = order.isolation();
    if (IsolationRules.level(spec) == IsolationLevel.LEVEL_3) {
      arguments.addAll(List.of(programs.require("sh"), "-c", PodmanCommand.RUN_SCRIPT, "sh"));
      arguments.add(programs.require(PodmanCommand.PROGRAM));
      arguments.addAll(
          PodmanCommand.container(
              order.agent(), spec, paths, command.environment().keySet(), limits));
      return;
    }
    arguments.add(programs.require("prlimit"));
    arguments.addAll(limitArguments());
    if (IsolationRules.level(spec) == IsolationLevel.LEVEL_1 || changesIdentity(spec)) {
      arguments.add(programs.require("setpriv"));
      arguments.addAll(privileges(spec));
    }
    if (IsolationRules.level(spec) == IsolationLevel.LEVEL_2) {
      arguments.add(programs.require(Bubblewrap.PROGRAM));
      arguments.addAll(
          Bubblewrap.arguments(
              paths, spec.networkIsolation(), spec.securityContext().capabilities()));
    }
  }

  private List<String> limitArguments() {
    return List.of(
        "--nofile=%1$d:%1$d".formatted(limits.openFiles()),
        "--core=0:0",
        "--nproc=%1$d:%1$d".formatted(limits.processes()));
  }

  private boolean changesIdentity(IsolationSpec spec) {
    return targetAccount(spec).isPresent() || spec.securityContext().group() != null;
  }

  private List<String> privileges(IsolationSpec spec) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--no-new-privs");
    Optional<UserAccount> account = targetAccount(spec);
    account.ifPresent(user -> arguments.add("--reuid=" + user.uid()));
    Optional.ofNullable(spec.securityContext().group())
        .map(group -> host.group(group).orElseThrow())
        .or(() -> account.map(UserAccount::gid))
        .filter(gid -> host.pit().isRoot())
        .ifPresent(gid -> arguments.addAll(List.of("--regid=" + gid, "--clear-groups")));
    List<String> capabilities = spec.securityContext().capabilities();
    if (IsolationRules.level(spec) == IsolationLevel.LEVEL_1 && !capabilities.isEmpty()) {
      String exactly =
          capabilities.stream()
              .map(name -> ",+" + name.substring("CAP_".length()).toLowerCase(Locale.ROOT))
              .collect(Collectors.joining("", "-all", ""));
      arguments.addAll(
          List.of(
              "--bounding-set=" + exactly, "--inh-caps=" + exactly, "--ambient-caps=" + exactly));
    }
    arguments.add("--");
    return arguments;
  }

  /** Registers an agent that an earlier pit has started, perhaps in a sandbox. */
  public void adopted(AgentRef agent, long incarnation) {
    grouped.put(agent, incarnation);
  }

  /** Removes the control groups of an incarnation that is gone. */
  public void release(AgentRef agent, long incarnation) throws InterruptedException {
    if (Long.valueOf(incarnation).equals(grouped.get(agent))) {
      groups.remove(agent, incarnation);
      grouped.remove(agent, incarnation);
    }
  }
}
