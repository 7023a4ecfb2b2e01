package org.lazaruspit.pit.internal.process;

import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.exit;
import static org.lazaruspit.pit.internal.isolation.SandboxedAgent.level;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.internal.isolation.SandboxedAgent;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;
import org.lazaruspit.pit.spi.StopOrder;

/** Program of an unprivileged user: starts agents in sandboxes and prints its observations. */
public final class UnprivilegedPit {

  private final SandboxedAgent agent;
  private final IsolationSpec spec;

  private UnprivilegedPit(SandboxedAgent agent, IsolationSpec spec) {
    this.agent = agent;
    this.spec = spec;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectory(Path.of(args[0]).resolve("trial"));
    Map<String, Object> settings = Map.of("open_files", 64, "processes", 500);
    try (SandboxedAgent agent =
        new SandboxedAgent(folder, ProgramLookup.ofThisMachine(), settings)) {
      UnprivilegedPit pit = new UnprivilegedPit(agent, level(IsolationLevel.LEVEL_2));
      pit.sandbox();
      pit.network(args[1]);
      pit.lifeAndDeath();
      pit.refusal();
    }
  }

  private static void print(String subject, Object observation) {
    System.out.println(subject + ": " + String.valueOf(observation).strip().replace("\n", " | "));
  }

  private void sandbox() throws IOException, InterruptedException {
    print("limits", agent.outputOf(spec, "ulimit -n; ulimit -c"));
    print(
        "privileges",
        agent
            .outputOf(spec, "grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status")
            .replace('\t', ' '));
    print(
        "writes",
        agent.outputOf(
            spec,
            "cd $LAZARUS_CELL; for f in . config logs checkpoints checkpoints/writer artifacts /bin"
                + " /etc; do touch $f/x 2>/dev/null && echo $f; done"));
    print(
        "sees",
        agent
            .outputOf(
                spec,
                "pwd; ls %s; ls %s 2>/dev/null; cat %s 2>/dev/null; cat $LAZARUS_CELL/cell.json"
                    .formatted(agent.root, agent.state, agent.neighbour.resolve("secret")))
            .replace(agent.root.toString(), "ROOT"));
  }

  private void network(String port) throws IOException, InterruptedException {
    String connect =
        """
        bash -c 'exec 5<>/dev/tcp/127.0.0.1/%s' >/dev/null 2>&1 && echo connected; echo end
        """
            .formatted(port);
    IsolationSpec alone =
        new IsolationSpec(spec.level(), false, true, ResourceLimits.ABSENT, SecurityContext.ABSENT);
    print("network", agent.outputOf(spec, connect));
    print("no network", agent.outputOf(alone, connect));
  }

  private void lifeAndDeath() throws IOException, InterruptedException {
    print("status", exit(agent.start(agent.newReviver(), spec, "exit 7")).detail());
    Reviver before = agent.newReviver();
    RunningAgent running =
        agent.startReady(
            before,
            spec,
            "setsid sh -c 'touch $LAZARUS_CELL/artifacts/ready; exec sleep 600' & exec sleep 600");
    Reviver after = agent.newReviver();
    Presence presence = after.presence(SandboxedAgent.AGENT);
    print("adopted", presence instanceof Presence.Running);
    print("second", refusalOfATwin());
    print(
        "stopped",
        after
            .stop(StopOrder.anyIncarnation(SandboxedAgent.AGENT, Duration.ZERO))
            .getClass()
            .getSimpleName());
    print("first", exit(running).detail());
    print("gone", agent.newReviver().presence(SandboxedAgent.AGENT) instanceof Presence.Absent);
    print("again", agent.outputOf(spec, "echo back"));
  }

  /** Returns the reason of the refusal of a second start. */
  private String refusalOfATwin() throws InterruptedException {
    try {
      return exit(agent.start(agent.newReviver(), spec, "echo twin")).detail();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void refusal() throws InterruptedException {
    try {
      print(
          "started",
          agent.outputOf(
              SandboxedAgent.with(spec, new SecurityContext("daemon", null, List.of())),
              "echo started"));
    } catch (IOException e) {
      print("refused", e.getMessage());
    }
  }
}
