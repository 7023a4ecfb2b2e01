package org.lazaruspit.pit.builtin;

import static org.lazaruspit.pit.builtin.WalledAgent.exit;
import static org.lazaruspit.pit.builtin.WalledAgent.level;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.cell.IsolationSpec;
import org.lazaruspit.cell.ResourceLimits;
import org.lazaruspit.cell.SecurityContext;
import org.lazaruspit.pit.spi.Presence;
import org.lazaruspit.pit.spi.Reviver;
import org.lazaruspit.pit.spi.RunningAgent;

/**
 * A pit of its own process that is not root: starts agents in containers and prints what it saw.
 */
final class ContainerTrial {

  private static final IsolationSpec LEVEL_3 = level(IsolationLevel.LEVEL_3);
  private static final IsolationSpec ALONE =
      new IsolationSpec(
          IsolationLevel.LEVEL_3, false, true, ResourceLimits.ABSENT, SecurityContext.ABSENT);

  private ContainerTrial() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectory(Path.of(args[0]).resolve("trial"));
    Map<String, Object> settings = Map.of("image", args[1], "open_files", 64, "processes", 500);
    try (WalledAgent agent = new WalledAgent(folder, Programs.ofThisMachine(), settings)) {
      walls(agent);
      network(agent, args[2]);
      lifeAndDeath(agent);
      refusal(agent);
    }
  }

  private static void say(String what, Object seen) {
    System.out.println(what + ": " + String.valueOf(seen).strip().replace("\n", " | "));
  }

  private static void walls(WalledAgent agent) throws IOException, InterruptedException {
    say("limits", agent.says(LEVEL_3, "ulimit -n; ulimit -c; ulimit -u"));
    say(
        "privileges",
        agent
            .says(LEVEL_3, "grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status")
            .replace('\t', ' '));
    say(
        "writes",
        agent.says(
            LEVEL_3,
            "cd $LAZARUS_CELL; for f in . config logs checkpoints checkpoints/writer artifacts /bin"
                + " /etc; do touch $f/x 2>/dev/null && echo $f; done"));
    say(
        "sees",
        agent
            .says(
                LEVEL_3,
                "pwd; ls %s; ls %s 2>/dev/null; cat %s 2>/dev/null; cat $LAZARUS_CELL/cell.json"
                    .formatted(agent.root, agent.state, agent.neighbour.resolve("secret")))
            .replace(agent.root.toString(), "ROOT"));
  }

  private static void network(WalledAgent agent, String port)
      throws IOException, InterruptedException {
    String connect =
        "nc -w 2 127.0.0.1 " + port + " </dev/null >/dev/null 2>&1 && echo connected; echo end";
    say("network", agent.says(LEVEL_3, connect));
    say("no network", agent.says(ALONE, connect));
  }

  private static void lifeAndDeath(WalledAgent agent) throws IOException, InterruptedException {
    say("status", exit(agent.start(agent.newReviver(), LEVEL_3, "exit 7")).detail());
    Reviver before = agent.newReviver();
    RunningAgent running =
        agent.startReady(
            before,
            LEVEL_3,
            "setsid sh -c 'touch $LAZARUS_CELL/artifacts/ready; exec sleep 600' & exec sleep 600");
    Reviver after = agent.newReviver();
    Presence presence = after.presence(WalledAgent.AGENT);
    say("adopted", presence instanceof Presence.Running);
    RunningAgent twin = agent.start(agent.newReviver(), LEVEL_3, "echo twin");
    say("second", exit(twin).detail());
    say("stopped", after.stop(WalledAgent.AGENT, Duration.ZERO).getClass().getSimpleName());
    say("first", exit(running).detail());
    say("gone", agent.newReviver().presence(WalledAgent.AGENT) instanceof Presence.Absent);
    say("again", agent.says(LEVEL_3, "echo back"));
  }

  private static void refusal(WalledAgent agent) throws InterruptedException {
    try {
      say(
          "started",
          agent.says(
              WalledAgent.with(LEVEL_3, new SecurityContext("root", null, java.util.List.of())),
              "echo started"));
    } catch (IOException e) {
      say("refused", e.getMessage());
    }
  }
}
