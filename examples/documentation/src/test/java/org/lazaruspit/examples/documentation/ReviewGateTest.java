package org.lazaruspit.examples.documentation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code .ci/review} in a small repository. */
final class ReviewGateTest {

  @TempDir Path folder;

  private record Outcome(int status, String out) {}

  private Outcome run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("GIT_"));
    environment.putAll(
        Map.of(
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_CONFIG_SYSTEM", "/dev/null",
            "GIT_AUTHOR_NAME", "a",
            "GIT_AUTHOR_EMAIL", "a@example.org",
            "GIT_COMMITTER_NAME", "a",
            "GIT_COMMITTER_EMAIL", "a@example.org"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), out);
  }

  private void commit(String message, String... files) throws Exception {
    for (int i = 0; i < files.length; i += 2) {
      Path file = folder.resolve(files[i]);
      Files.createDirectories(file.getParent());
      Files.writeString(file, files[i + 1]);
    }
    run("git", "add", "-A");
    Outcome committed = run("git", "commit", "-q", "--allow-empty", "-m", message);
    assertEquals(0, committed.status(), committed::out);
  }

  private Outcome review() throws Exception {
    return run("bash", Page.TOP.resolve(".ci/review").toString(), "base");
  }

  @BeforeEach
  void aRepository() throws Exception {
    run("git", "init", "-q", "-b", "base");
    commit("Build: begin", "CHANGELOG.md", "old TODO\n");
    run("git", "checkout", "-q", "-b", "change");
  }

  @Test
  void aCompleteChangePasses() throws Exception {
    commit(
        "Pit: it sings",
        "a/src/main/A.java",
        "class A {}",
        "a/src/test/T.java",
        "class T {}",
        "CHANGELOG.md",
        "old TODO\n- it sings\n");
    Outcome outcome = review();
    assertEquals(0, outcome.status(), outcome::out);
    assertTrue(outcome.out().startsWith("1 commits look complete"), outcome::out);
  }

  @Test
  void allProblemsAreReportedAtOnce() throws Exception {
    commit("it sings", "a/src/main/A.java", "class A {} // TODO louder");
    Outcome outcome = review();
    assertEquals(1, outcome.status());
    for (String part :
        List.of("is not \"Area: what it does\"", "and no test", "CHANGELOG.md", "left behind")) {
      assertTrue(outcome.out().contains(part), outcome::out);
    }
    assertEquals(4, outcome.out().lines().count(), outcome::out);
  }

  @Test
  void aReasonInAMessageReplacesTestAndChangelog() throws Exception {
    commit(
        "Pit: a name\n\nNo-Test: same behaviour\nNo-Changelog: internal",
        "a/src/main/A.java",
        "class A {}");
    assertEquals(0, review().status());
  }

  @Test
  void documentationNeedsNoTestAndNoChangelog() throws Exception {
    commit("Docs: a page", "docs/a.md", "text");
    assertEquals(0, review().status());
  }

  @Test
  void anUnfinishedCommitIsRefused() throws Exception {
    commit("fixup! Docs: a page");
    Outcome outcome = review();
    assertEquals(1, outcome.status());
    assertTrue(outcome.out().contains("is not finished"), outcome::out);
  }

  @Test
  void aMissingBaseIsReportedAsWrongUse() throws Exception {
    assertEquals(2, run("bash", Page.TOP.resolve(".ci/review").toString(), "nowhere").status());
  }
}
