package org.lazaruspit.pit.internal.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.lazaruspit.pit.internal.isolation.ControlGroups.Controller;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.ProgramLookup;

/**
 * Tests features of this machine by use. A present feature is tested once, a missing one at each
 * call, so that an installation needs no restart of the pit. Thread-safe.
 */
final class HostFeatureProbe implements HostFeatures {

  private final ProgramLookup programs;
  private final ControlGroups groups;
  private final UserAccount pit;
  private final Set<IsolationFeature> present = ConcurrentHashMap.newKeySet();
  private final Map<String, UserAccount> accounts = new ConcurrentHashMap<>();
  private final Map<String, Long> groupIds = new ConcurrentHashMap<>();

  HostFeatureProbe(ProgramLookup programs, ControlGroups groups) {
    this.programs = programs;
    this.groups = groups;
    this.pit = self();
  }

  private static UserAccount self() {
    return new UserAccount(
        System.getProperty("user.name", "?"),
        ownNumber("unix:uid"),
        ownNumber("unix:gid"),
        System.getProperty("user.home", "/"));
  }

  /** Without /proc there is no isolation, so -1 must not count as root. */
  private static long ownNumber(String attribute) {
    try {
      return Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), attribute));
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }

  @Override
  public UserAccount pit() {
    return pit;
  }

  @Override
  public Optional<String> missing(IsolationFeature feature) {
    if (present.contains(feature)) {
      return Optional.empty();
    }
    Optional<String> missing = test(feature);
    if (missing.isEmpty()) {
      present.add(feature);
    }
    return missing;
  }

  private Optional<String> test(IsolationFeature feature) {
    return switch (feature) {
      case LIMITS -> attempt("prlimit", List.of("--core=0:0", "true"));
      case PRIVILEGES -> attempt("setpriv", List.of("--no-new-privs", "true"));
      case NAMESPACES -> attempt(Bubblewrap.PROGRAM, Bubblewrap.trial(false));
      case NETWORK_NAMESPACE -> attempt(Bubblewrap.PROGRAM, Bubblewrap.trial(true));
      case CONTAINER -> container();
      case MEMORY_GROUP -> groups.missing(Controller.MEMORY);
      case CPU_GROUP -> groups.missing(Controller.CPU);
      case PROCESS_GROUP -> groups.missing(Controller.PIDS);
    };
  }

  private Optional<String> attempt(String program, List<String> arguments) {
    try {
      CommandExecution trial = programs.run(program, arguments);
      return trial.succeeded()
          ? Optional.empty()
          : Optional.of("%s failed: %s".formatted(program, trial.describeOutput()));
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted during the trial of " + program);
    }
  }

  private Optional<String> container() {
    return pit.isRoot()
        ? Optional.of("the pit runs as root, whose containers are not rootless")
        : PodmanCommand.problem(System.getenv(PodmanCommand.RUNTIME_DIRECTORY))
            .or(() -> attempt(PodmanCommand.PROGRAM, List.of("info")));
  }

  @Override
  public Optional<UserAccount> account(String nameOrNumber) {
    UserAccount known = accounts.get(nameOrNumber);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<UserAccount> found =
        entry("passwd", nameOrNumber)
            .filter(fields -> fields.length > 5)
            .map(
                fields ->
                    new UserAccount(
                        fields[0],
                        Long.parseLong(fields[2]),
                        Long.parseLong(fields[3]),
                        fields[5]));
    found.ifPresent(account -> accounts.put(nameOrNumber, account));
    return found;
  }

  @Override
  public OptionalLong group(String nameOrNumber) {
    Long known = groupIds.get(nameOrNumber);
    if (known != null) {
      return OptionalLong.of(known);
    }
    Optional<Long> found =
        entry("group", nameOrNumber)
            .filter(fields -> fields.length > 2)
            .map(fields -> Long.parseLong(fields[2]));
    found.ifPresent(number -> groupIds.put(nameOrNumber, number));
    return found.map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /** Returns the fields of an entry in a database of getent(1): passwd(5), group(5). */
  private Optional<String[]> entry(String database, String key) {
    try {
      CommandExecution lookup = programs.run("getent", List.of("--", database, key));
      return lookup.succeeded() ? Optional.of(lookup.output().split(":", -1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
