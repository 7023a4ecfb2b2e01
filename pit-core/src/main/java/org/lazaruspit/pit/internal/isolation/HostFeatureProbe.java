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
 * Finds out what this machine can give by trying it. What it gives is tried once; what it does not
 * give is tried again each time, so that an operator who mends it need not restart the pit.
 * Thread-safe.
 */
final class HostFeatureProbe implements HostFeatures {

  private final ProgramLookup programs;
  private final ControlGroups groups;
  private final UserAccount pit;
  private final Set<IsolationFeature> given = ConcurrentHashMap.newKeySet();
  private final Map<String, UserAccount> accounts = new ConcurrentHashMap<>();
  private final Map<String, Long> groupNumbers = new ConcurrentHashMap<>();

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

  /** Where there is no /proc there is no isolation either, and nobody is taken for root. */
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
  public Optional<String> missing(IsolationFeature ability) {
    if (given.contains(ability)) {
      return Optional.empty();
    }
    Optional<String> missing = look(ability);
    if (missing.isEmpty()) {
      given.add(ability);
    }
    return missing;
  }

  private Optional<String> look(IsolationFeature ability) {
    return switch (ability) {
      case LIMITS -> attempt("prlimit", List.of("--core=0:0", "true"));
      case PRIVILEGES -> attempt("setpriv", List.of("--no-new-privs", "true"));
      case WALLS -> attempt(Bubblewrap.PROGRAM, Bubblewrap.trial(false));
      case NETWORK_WALL -> attempt(Bubblewrap.PROGRAM, Bubblewrap.trial(true));
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
      return Optional.of("interrupted while " + program + " was tried");
    }
  }

  private Optional<String> container() {
    return pit.root()
        ? Optional.of("the pit runs as root, whose containers are not rootless")
        : PodmanCommand.unfit(System.getenv(PodmanCommand.RUN_FOLDER))
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
    Long known = groupNumbers.get(nameOrNumber);
    if (known != null) {
      return OptionalLong.of(known);
    }
    Optional<Long> found =
        entry("group", nameOrNumber)
            .filter(fields -> fields.length > 2)
            .map(fields -> Long.parseLong(fields[2]));
    found.ifPresent(number -> groupNumbers.put(nameOrNumber, number));
    return found.map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /** What the machine's own books say, wherever it keeps them: passwd(5), group(5). */
  private Optional<String[]> entry(String book, String key) {
    try {
      CommandExecution lookup = programs.run("getent", List.of("--", book, key));
      return lookup.succeeded() ? Optional.of(lookup.output().split(":", -1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
