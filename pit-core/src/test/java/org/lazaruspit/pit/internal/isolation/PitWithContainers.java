package org.lazaruspit.pit.internal.isolation;

import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.AGENT;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.exit;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.with;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.internal.os.CommandExecution;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StopOrder;

/**
 * Program of an unprivileged user: starts agents in rootless containers and prints its
 * observations, one line per subject.
 */
final class PitWithContainers {

  private static final IsolationSpec LEVEL_3 = level(IsolationLevel.LEVEL_3);
  private static final ProgramLookup PROGRAMS = ProgramLookup.ofThisMachine();
  private static final String IMAGE = "localhost/trial";
  private static final String PRIVILEGES =
      "grep -E 'Cap(Prm|Eff|Bnd)|NoNewPrivs' /proc/self/status";
  private static final String FORKS =
      "i=0; while [ $i -lt 60 ]; do sleep 60 & i=$((i+1)); done; echo enough";

  /** Fills a buffer of 400 MB with zeros. */
  private static final String GREEDY =
      "exec dd if=/dev/zero of=/dev/null bs=400M count=1 2>/dev/null";

  /** Prints its begin and end by one clock, and the processor time between them. */
  private static final String BUSY =
      """
      read -r begun rest </proc/uptime
      i=0; while [ $i -lt 600000 ]; do i=$((i+1)); done
      read -r ended rest </proc/uptime
      echo $begun $ended; times
      """;

  private static final ResourceLimits HALF_A_PROCESSOR = new ResourceLimits(500L, null, null);
  private static final String WITH_A_GRANDCHILD =
      "setsid sh -c 'touch $LAZARUS_CELL/artifacts/ready; exec sleep 600' & exec sleep 600";
  private static final String POLITE =
      """
      trap 'echo saved >$LAZARUS_CELL/artifacts/saved; sleep 1; exit 5' TERM
      touch $LAZARUS_CELL/artifacts/ready; while :; do sleep 0.05; done
      """;

  private static String writes(Path state) {
    return """
    cd $LAZARUS_CELL
    for f in . config logs checkpoints checkpoints/reader checkpoints/writer artifacts \
    .. / /bin /etc /tmp %s; do
      touch $f/x 2>/dev/null && echo $f
    done
    """
        .formatted(state);
  }

  private static String sees(SandboxedAgent agent) {
    return """
    pwd; ls %1$s; ls -A %2$s 2>/dev/null; cat %3$s/secret %2$s/token 2>/dev/null
    cat $LAZARUS_CELL/cell.json
    """
        .formatted(agent.root, agent.state, agent.neighbour);
  }

  private final SandboxedAgent agent;

  private PitWithContainers(SandboxedAgent agent) {
    this.agent = agent;
  }

  /**
   * Arguments: the folder for cells, the archive of the image, and the usable control groups; or
   * only the first, for a pit without control groups.
   */
  public static void main(String[] args) throws Exception {
    Path cells = Path.of(args[0]);
    if (args.length == 1) {
      try (SandboxedAgent agent = agent(cells, "refused", 500)) {
        new PitWithContainers(agent).refusedLimits();
      }
      endOwnProcess();
      return;
    }
    podman("import", "--quiet", args[1], IMAGE);
    try (SandboxedAgent agent = agent(cells, "trial", 500)) {
      PitWithContainers pit = new PitWithContainers(agent);
      pit.sandbox();
      pit.network();
      pit.privileges();
      pit.limits();
      pit.lifeAndDeath();
      pit.refusedIdentities();
    }
    try (SandboxedAgent agent = agent(cells, "few", 40)) {
      print("few processes", agent.outputOf(LEVEL_3, FORKS).contains("can't fork"));
    }
    leftOver(List.of(args).subList(2, args.length));
  }

  private static SandboxedAgent agent(Path folder, String name, int processes) throws IOException {
    return new SandboxedAgent(
        Files.createDirectory(folder.resolve(name)),
        PROGRAMS,
        Map.of("image", IMAGE, "open_files", 64, "processes", processes));
  }

  private static String podman(String... arguments) throws IOException, InterruptedException {
    CommandExecution answer = PROGRAMS.run("podman", List.of(arguments));
    if (!answer.succeeded()) {
      throw new IOException(answer.toString());
    }
    return answer.output();
  }

  private static void print(String subject, Object observation) {
    System.out.println(
        subject
            + ": "
            + String.valueOf(observation).strip().replace('\t', ' ').replace("\n", " | "));
  }

  private void sandbox() throws IOException, InterruptedException {
    Files.createDirectory(agent.cell.resolve("checkpoints").resolve("reader"));
    print("writes", agent.outputOf(LEVEL_3, writes(agent.state)));
    print(
        "written", Files.exists(agent.cell.resolve("checkpoints").resolve("writer").resolve("x")));
    print("temporary", agent.outputOf(LEVEL_3, "ls -A /tmp; echo end"));
    print("sees", agent.outputOf(LEVEL_3, sees(agent)).replace(agent.root.toString(), "ROOT"));
    Path tokens = agent.token("its own");
    print(
        "token",
        agent.outputOf(
            LEVEL_3,
            "cat $LAZARUS_TOKEN_FILE; echo; ls %s; echo x 2>/dev/null >$LAZARUS_TOKEN_FILE"
                .formatted(tokens)));
    print("token after", Files.readString(tokens.resolve("writer")));
  }

  private void network() throws IOException, InterruptedException {
    IsolationSpec alone =
        new IsolationSpec(
            IsolationLevel.LEVEL_3, false, true, ResourceLimits.ABSENT, SecurityContext.ABSENT);
    try (ServerSocket gateway = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String connect =
          """
          nc -w 5 127.0.0.1 %d -e true >/dev/null 2>&1 && echo connected
          grep -c : /proc/net/dev
          """
              .formatted(gateway.getLocalPort());
      print("network", agent.outputOf(LEVEL_3, connect).contains("connected"));
      print("no network", agent.outputOf(alone, connect));
    }
  }

  private void privileges() throws IOException, InterruptedException {
    SecurityContext two =
        new SecurityContext(null, null, List.of("CAP_CHOWN", "CAP_NET_BIND_SERVICE"));
    print("privileges", agent.outputOf(LEVEL_3, PRIVILEGES));
    print("listed privileges", agent.outputOf(with(LEVEL_3, two), PRIVILEGES));
  }

  private void limits() throws IOException, InterruptedException {
    print(
        "files",
        agent.outputOf(
            LEVEL_3,
            "ulimit -S -n; ulimit -H -n;"
                + "(exec 60</dev/null) && echo 60; (exec 70</dev/null) 2>/dev/null && echo 70"));
    print("core", agent.outputOf(LEVEL_3, "ulimit -S -c; ulimit -H -c"));
    print("many processes", agent.outputOf(LEVEL_3, FORKS));
    print("plenty of memory", exitOf(memory(1024), GREEDY));
    print("little memory", exitOf(memory(256), GREEDY));
    print("processor", processorTime(agent.outputOf(with(LEVEL_3, HALF_A_PROCESSOR), BUSY)));
  }

  private static IsolationSpec memory(long mebibytes) {
    return with(LEVEL_3, new ResourceLimits(null, mebibytes << 20, null));
  }

  private String exitOf(IsolationSpec spec, String script)
      throws IOException, InterruptedException {
    return exit(agent.start(agent.newReviver(), spec, script)).detail();
  }

  /** Checks that at most half of the elapsed time was used, on a machine of any load. */
  private static String processorTime(String output) {
    List<Double> seconds =
        Pattern.compile("[0-9]+\\.[0-9]+")
            .matcher(output)
            .results()
            .map(number -> Double.parseDouble(number.group()))
            .toList();
    double passed = seconds.get(1) - seconds.get(0);
    double used = seconds.get(2) + seconds.get(3);
    // The share of the first period comes at once.
    boolean held = used > 0.3 && used <= passed / 2 + 0.1;
    return held ? "held" : used + " s of " + passed;
  }

  /** Returns the reason of the refusal of a second start. */
  private String refusalOfATwin() throws InterruptedException {
    try {
      return exitOf(LEVEL_3, "echo twin");
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void lifeAndDeath() throws IOException, InterruptedException {
    print("status", exitOf(LEVEL_3, "exit 7"));
    RunningAgent running = agent.startReady(agent.newReviver(), LEVEL_3, WITH_A_GRANDCHILD);
    Reviver after = agent.newReviver();
    print("adopted", after.presence(AGENT) instanceof Presence.Running);
    print("second", refusalOfATwin());
    print("still", after.presence(AGENT) instanceof Presence.Running);
    print("stopped", stop(after, Duration.ZERO));
    print("first", exit(running).detail());
    print("gone", agent.newReviver().presence(AGENT) instanceof Presence.Absent);
    print("again", agent.outputOf(LEVEL_3, "echo back"));
    Files.delete(agent.cell.resolve("artifacts").resolve("ready"));
    Reviver fresh = agent.newReviver();
    RunningAgent polite = agent.startReady(fresh, LEVEL_3, POLITE);
    print("stopped with grace", stop(fresh, Duration.ofSeconds(20)));
    print("ended", exit(polite).detail());
    print("saved", Files.exists(agent.cell.resolve("artifacts").resolve("saved")));
    print("once more", agent.outputOf(LEVEL_3, "echo back"));
  }

  private static String stop(Reviver by, Duration grace) throws IOException, InterruptedException {
    return by.stop(StopOrder.anyIncarnation(AGENT, grace)).getClass().getSimpleName();
  }

  private void refusedIdentities() throws InterruptedException {
    refused("user", with(LEVEL_3, new SecurityContext("daemon", null, List.of())));
    refused("group", with(LEVEL_3, new SecurityContext(null, "daemon", List.of())));
  }

  private void refusedLimits() throws InterruptedException {
    refused("memory", memory(1024));
    refused("processor", with(LEVEL_3, HALF_A_PROCESSOR));
  }

  private void refused(String field, IsolationSpec spec) throws InterruptedException {
    try {
      print("not refused " + field, agent.outputOf(spec, "echo started"));
    } catch (IOException e) {
      print("refused " + field, e.getMessage());
    }
  }

  /** Waits for podman's work after an agent's end. */
  private static void leftOver(List<String> groups) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!left(groups).isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(20_000_000);
    }
    print("left", left(groups));
    endOwnProcess();
  }

  /** Ends the process that holds the namespaces of the user for podman. */
  private static void endOwnProcess() throws IOException, InterruptedException {
    podman("system", "migrate");
  }

  private static List<String> left(List<String> groups) throws IOException, InterruptedException {
    List<String> left = new ArrayList<>(podman("ps", "--all", "--quiet").lines().toList());
    for (String group : groups) {
      try (Stream<Path> found = Files.list(Path.of(group))) {
        found
            .map(Path::toString)
            .filter(file -> file.contains(AGENT.cellId().toString()))
            .forEach(left::add);
      }
    }
    return left;
  }
}
