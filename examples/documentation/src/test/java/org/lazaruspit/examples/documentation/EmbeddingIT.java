package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.examples.documentation.ScriptSandbox.Outcome;

/**
 * Runs the snippets of the README and of {@code docs/embedding.md} in programs of their own, and
 * checks the effects that the text describes.
 */
@Tag("full")
@Timeout(120)
final class EmbeddingIT {
  private static final Page README = Page.read(Page.TOP.resolve("README.md"));
  private static final Page EMBEDDING = Page.read(Page.TOP.resolve("docs/embedding.md"));

  /** Reports the end of the set-up, and runs until a signal. */
  private static final String RUN_UNTIL_SIGNAL =
      "System.out.println(\"it is up\"); Thread.currentThread().join();";

  @TempDir Path folder;
  private Programs embedding;

  @BeforeEach
  void aFolderForClasses() throws IOException {
    embedding = new Programs(EMBEDDING, Files.createDirectory(folder.resolve("classes")));
  }

  private String run(List<String> script) throws Exception {
    Outcome outcome = new ScriptSandbox(folder).run(String.join("\n", script) + "\n");
    assertEquals(0, outcome.status(), outcome::output);
    return outcome.output();
  }

  private static void assertContainsInOrder(String output, String... parts) {
    int at = 0;
    for (String part : parts) {
      int found = output.indexOf(part, at);
      assertTrue(found >= 0, () -> "\"" + part + "\" is not in\n" + output);
      at = found + part.length();
    }
  }

  private static String command(String first) {
    return README.spans().stream()
        .map(Page.Link::target)
        .filter(span -> span.startsWith(first))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theGatewayOfTheReadmeReceivesHeartbeatsOfCommandsAndAgent() throws Exception {
    Programs programs = new Programs(README, embedding.folder());
    programs.compile("Gateway", "", "HeartbeatServer server", RUN_UNTIL_SIGNAL);
    programs.compile("Agent", "step = 17;", "HeartbeatClient.fromEnvironment()", RUN_UNTIL_SIGNAL);
    programs.compile("Brief", "", "HeartbeatServer server", "");
    String agent = "LAZARUS_HEARTBEAT_URL=http://127.0.0.1:8080/heartbeat/java ";
    String output =
        run(
            List.of(
                programs.java("Brief"), // a main that returns ends its threads
                "beside 'it is up' " + programs.java("Gateway"),
                command("curl -X POST http"),
                "export LAZARUS_HEARTBEAT_URL=http://127.0.0.1:8080/heartbeat/other",
                command("curl -X POST \"$LAZARUS"),
                agent + programs.java("Agent") + " &",
                "until curl -s http://127.0.0.1:8080/agent/java | grep '\"progress\":17'; do :; done",
                "echo; echo all:",
                command("curl http")));
    assertContainsInOrder(
        output, "\"status\":\"ok\",\"agent_id\":\"me\"", "\"agent_id\":\"other\"");
    assertContainsInOrder(output, "all:", "\"total_agents\":3,\"healthy\":3");
  }

  @Test
  void aServerChecksTokensAndCallsItsListener() throws Exception {
    embedding.compile("Gateway", "", "TokenCheck.fromFile", RUN_UNTIL_SIGNAL);
    String output =
        run(
            List.of(
                "echo writer a-token-of-its-own >tokens",
                "beside 'it is up' " + embedding.java("Gateway"),
                "curl -s -X POST http://127.0.0.1:8080/heartbeat/writer",
                "curl -s -X POST -H 'Authorization: Bearer a-token-of-its-own' "
                    + "-d '{\"error\": \"x\"}' http://127.0.0.1:8080/failure/writer",
                "curl -s -X POST -H 'Authorization: Bearer a-token-of-its-own' "
                    + "http://127.0.0.1:8080/heartbeat/writer",
                "curl -s -X POST -H 'Authorization: Bearer a-token-of-its-own' "
                    + "-d '{\"error\": \"x\"}' http://127.0.0.1:8080/failure/writer",
                "said 'writer is DEGRADED'"));
    assertContainsInOrder(output, "\"status\":401", "writer is DEGRADED");
  }

  @Test
  void aHandlerAnswersInAnExistingServer() throws Exception {
    String registry = "registry = HealthRegistry.create(); registry.start();";
    embedding.compile("Mounted", registry, "http.createContext", RUN_UNTIL_SIGNAL);
    embedding.compile(
        "Direct",
        registry + "agentId = \"writer\"; incarnation = 3;",
        "HeartbeatOutcome outcome",
        "System.out.println(outcome);");
    String output =
        run(
            List.of(
                "beside 'it is up' " + embedding.java("Mounted"),
                "curl -s -X POST http://127.0.0.1:8080/heartbeat/writer",
                "curl -s http://127.0.0.1:8080/health",
                "echo; echo directly:",
                embedding.java("Direct")));
    assertContainsInOrder(
        output,
        "\"status\":\"ok\"",
        "\"total_agents\":1",
        "directly:",
        "Accepted[registered=true]");
  }

  /** Returns commands that create a cell with a writer and a task; {@code $cell} names the cell. */
  private List<String> aCell() {
    return List.of(
        "mkdir /var/missions",
        "cell=$(lazarus-pit cell create --name Try --root /var/missions)",
        "lazarus-pit cell add-agent $cell --id writer_1 --name One --role write --gateway gateway_1",
        "lazarus-pit cell add-task $cell --id grammar --title Grammar --assign writer_1");
  }

  private String saved(String file, String part) {
    String text =
        EMBEDDING.blocks().stream()
            .filter(block -> block.language().equals("json") && block.text().contains(part))
            .findFirst()
            .orElseThrow()
            .text();
    return "mkdir -p $cell/config; cat >$cell/config/%s.json <<'END'\n%sEND".formatted(file, text);
  }

  @Test
  void aCellSavesACheckpointHandsATaskOverAndListsReadyTasks() throws Exception {
    String cell = "cell = Path.of(arguments[0]);";
    String checkpoint = cell + "state = \"{}\".getBytes(); context = state;";
    embedding.compile("Save", checkpoint, "Checkpoints.of", "System.out.println(saved);");
    embedding.compile("HandOverTask", cell, "HandOver answer", "System.out.println(answer);");
    embedding.compile(
        "Ready",
        cell + "root = cell.getParent();",
        "TaskGraph.of",
        "ready.forEach(task -> System.out.println(task.taskId() + task.assignedTo()));");
    List<String> script = new ArrayList<>(aCell());
    script.addAll(
        List.of(
            "lazarus-pit cell add-agent $cell --id writer_2 --name Two --role write",
            saved("policies", "substitute_agents"),
            saved("permissions", "handoff_to"),
            "lazarus-pit cell validate $cell",
            embedding.java("Save") + " $cell",
            embedding.java("HandOverTask") + " $cell",
            embedding.java("Ready") + " $cell"));
    assertContainsInOrder(run(script), "CheckpointRef[", "Allowed[]", "grammar", "writer_2");
  }

  @Test
  void aPitInTheJvmOfTheGatewayRevivesAfterAnApproval() throws Exception {
    embedding.compile(
        "Pit",
        """
        registry = HealthRegistry.create();
        registry.start();
        HeartbeatServer.builder(registry).port(8080).start();
        """,
        "PitConfig.builder",
        "System.in.read(); String operator = \"ada\";" // waits for the operator
            + embedding.snippet("engine().approve").text()
            + RUN_UNTIL_SIGNAL);
    List<String> script = new ArrayList<>(aCell());
    script.addAll(
        List.of(
            "mkdir -p $cell/config; echo '{\"auto_revive\": \"ask\"}' >$cell/config/policies.json",
            """
            cat >$cell/agent.py <<'END'
            import os, time, urllib.request
            while True:
                urllib.request.urlopen(os.environ["LAZARUS_HEARTBEAT_URL"], data=b"")
                time.sleep(0.1)
            END\
            """,
            "mkfifo yes && exec 3<>yes",
            "beside PENDING_APPROVAL eval \"" + embedding.java("Pit") + " <&3\"",
            "echo >&3",
            "said 'REVIVED: '"));
    assertContainsInOrder(run(script), "PENDING_APPROVAL: ", "Explanation[", "writer_1 REVIVED: ");
  }
}
