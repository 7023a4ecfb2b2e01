package org.lazaruspit.examples.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;

/** Diagrams in {@code docs/images}, from file name to SVG. */
final class Diagrams {

  private Diagrams() {}

  static Map<String, String> all() throws IOException {
    Map<String, String> all = new TreeMap<>();
    String figures = Files.readString(Page.TOP.resolve("docs").resolve("benchmarks.md"));
    all.put(
        "one-kill.svg",
        BarChart.of(
            figures,
            "one kill, ms",
            "Lazarus Pit",
            "SIGKILL to the successor's first instruction, ms"));
    all.put(
        "heartbeats.svg",
        BarChart.of(
            figures,
            "1,000,000, 1 thread",
            "the registry",
            "One heartbeat among 1,000,000 agents, ns"));
    all.put("modules.svg", modules().svg());
    all.put("one-death.svg", oneDeath().svg());
    all.put("revival-states.svg", revivalStates().svg());
    all.put("health-states.svg", healthStates().svg());
    return all;
  }

  private static Diagram modules() {
    return new Diagram(760, 330, "The modules and what each depends on")
        .box(
            "examples",
            380,
            45,
            620,
            "",
            "examples",
            "daemon and command line, gateway, agents, plug-ins, benchmarks")
        .box(
            "pit",
            235,
            150,
            250,
            "good",
            "pit-core",
            "judgement, one revival, proof",
            "plug-ins: probe, reviver, ownership")
        .box(
            "http",
            560,
            150,
            230,
            "",
            "heartbeat-jdk-http",
            "the registry over HTTP",
            "server, handler, clients")
        .box("cell", 150, 275, 230, "", "cell-core", "missions on disk", "Jackson 3, SLF4J")
        .box(
            "heart",
            470,
            275,
            250,
            "",
            "heartbeat-core",
            "health of agents, in memory",
            "SLF4J, no JSON")
        .arrow("examples", "pit", 0)
        .arrow("examples", "http", 0)
        .arrow("pit", "cell", 0)
        .arrow("pit", "heart", 0)
        .arrow("http", "heart", 0);
  }

  private static Diagram oneDeath() {
    return new Diagram(820, 640, "One death, from its detection to the proof of the revival")
        .box("exit", 130, 50, 220, "bad", "its first process has ended", "ExitListener, at once")
        .box(
            "verdict",
            410,
            50,
            250,
            "bad",
            "its gateway says unhealthy",
            "GatewaySubscriptions, GatewayPoller")
        .box("silent", 690, 50, 220, "bad", "silent, without a gateway", "FallbackHealthRegistry")
        .box("judge", 410, 150, 250, "", "Judge", "evidence -> judgement, pure")
        .box(
            "request",
            410,
            235,
            300,
            "",
            "RevivalEngine.request",
            "RevivalRequests: one open revival per agent")
        .box("journal", 700, 320, 200, "wait", "journal", "written and synced", "before each step")
        .box("planner", 410, 320, 260, "", "RevivalPlanner", "policy, budget, back-off: pure")
        .box(
            "held",
            110,
            320,
            190,
            "wait",
            "held, or waiting",
            "for an approval, a cause,",
            "a slot, an instant")
        .box(
            "runner",
            410,
            425,
            330,
            "",
            "RevivalRunner",
            "stop its rest, verify the checkpoint,",
            "raise the incarnation, start, register")
        .box(
            "proof",
            410,
            525,
            330,
            "",
            "wait for a healthy heartbeat",
            "of that incarnation, within revive_timeout")
        .box("revived", 410, 605, 160, "good", "revived")
        .box("failed", 110, 525, 190, "bad", "attempt failed", "next attempt, or quarantine")
        .arrow("exit", "request", 0)
        .arrow("verdict", "judge", 0)
        .arrow("silent", "judge", 0)
        .arrow("judge", "request", 0)
        .arrow("request", "planner", 0)
        .arrow("planner", "held", 0)
        .arrow("planner", "journal", 0)
        .arrow("planner", "runner", 0)
        .arrow("runner", "proof", 0)
        .arrow("proof", "revived", 0)
        .arrow("proof", "failed", 0)
        .arrow("failed", "held", 0);
  }

  private static Diagram revivalStates() {
    return new Diagram(900, 420, "The states of a revival")
        .box("asked", 470, 40, 150, "", "requested")
        .box("declined", 140, 40, 190, "bad", "declined", "the policy says no")
        .box("approval", 140, 160, 190, "wait", "pending_approval", "waits for an operator")
        .box("denied", 140, 280, 190, "bad", "denied", "an operator said no")
        .box("pending", 470, 160, 190, "wait", "pending", "until the rules allow")
        .box("failed", 470, 280, 190, "bad", "failed", "agent in quarantine")
        .box("reviving", 780, 160, 190, "", "reviving", "an attempt, steps 1 to 5")
        .box("verifying", 780, 280, 190, "", "verifying", "step 6")
        .box("revived", 780, 380, 190, "good", "revived")
        .arrow("asked", "declined", 0, "auto_revive: no")
        .arrow("asked", "approval", 0, "ask")
        .arrow("asked", "pending", 0, "yes")
        .arrow("approval", "denied", 0, "no")
        .arrow("approval", "pending", 0, "yes, for 24 h")
        .arrow("pending", "reviving", -12, "begin")
        .arrow("reviving", "pending", 12)
        .note(625, 190, "failed")
        .arrow("verifying", "pending", 0)
        .arrow("pending", "failed", 0, "all failed")
        .arrow("reviving", "verifying", 0, "registered")
        .arrow("verifying", "revived", 0, "healthy heartbeat", "of that incarnation")
        .note(300, 355, "superseded: from each open state, if the agent is back, an operator")
        .note(300, 373, "or the mission prevents the revival, or the policy has changed");
  }

  private static Diagram healthStates() {
    return new Diagram(820, 220, "The states of an agent's health")
        .box("healthy", 120, 90, 170, "good", "healthy", "or just registered")
        .box("degraded", 410, 90, 170, "wait", "degraded", "from the first failure")
        .box("unhealthy", 700, 90, 170, "bad", "unhealthy", "from the third in a row")
        .arrow("healthy", "degraded", -12, "failure or silence")
        .arrow("degraded", "unhealthy", 0, "more of them")
        .arrow("degraded", "healthy", 12)
        .note(265, 120, "heartbeats")
        .note(
            410,
            165,
            "A heartbeat of the agent leads back to healthy from both (recover_after of them in a"
                + " row).")
        .note(
            410,
            185,
            "A newer incarnation starts as healthy; an older one is refused and changes nothing.");
  }
}
