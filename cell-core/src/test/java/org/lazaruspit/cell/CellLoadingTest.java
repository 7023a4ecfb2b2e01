package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lazaruspit.cell.internal.files.AtomicFiles;

/** Problems: their content, their place, and their effect on the cell. */
class CellLoadingTest {
  private final FileSystem disk = Jimfs.newFileSystem(Configuration.unix());
  private final Path root = disk.getPath("/missions");
  private final Path cell;
  private final MissionStore store;

  CellLoadingTest() throws IOException {
    Files.createDirectory(root);
    cell = Cells.create(root).directory();
    store = MissionStore.open(root);
  }

  @AfterEach
  void close() throws IOException {
    disk.close();
  }

  private static String agent(String id, String more) {
    return "{\"agent_id\": \"%s\", \"name\": \"x\", \"role\": \"read\", \"status\": \"idle\"%s}"
        .formatted(id, more);
  }

  private CellLoad load() {
    return store.load(cell);
  }

  private CellProblem only() {
    List<CellProblem> problems = load().problems();
    assertEquals(1, problems.size(), problems::toString);
    return problems.get(0);
  }

  @Test
  void everyProblemOfEveryFileIsReportedWithItsPlaceInOnePass() throws IOException {
    Cells.write(
        cell.resolve("agents/a1.json"),
        "{",
        "  \"agent_id\": \"a1\", \"name\": \"\",",
        "  \"role\": \"boss\",",
        "  \"capabilities\": [\"é\", 7],",
        "  \"incarnation\": 1000000001",
        "}");
    Cells.write(cell.resolve("tasks/t1.json"), "{\"task_id\": \"t1\"");
    CellLoad load = load();
    assertEquals(
        List.of(
            "error: found no value, expected \"idle\" or \"active\" or \"paused\" or \"failed\""
                + " (agents/a1.json, line 1, column 1, /status)",
            "error: found \"\", expected text that is not empty"
                + " (agents/a1.json, line 2, column 29, /name)",
            "error: found \"boss\", expected \"lead\" or \"write\" or \"read\" or \"audit\""
                + " (agents/a1.json, line 3, column 11, /role)",
            "error: found 7, expected text that is not empty"
                + " (agents/a1.json, line 4, column 25, /capabilities/1)",
            "error: found 1000000001, expected a whole number from 0 to 1000000000"
                + " (agents/a1.json, line 5, column 18, /incarnation)"),
        load.problems().stream()
            .filter(problem -> problem.file().endsWith("a1.json"))
            .map(problem -> problem.message().replace(cell + "/", ""))
            .toList());
    CellProblem torn = load.problems().get(load.problems().size() - 1);
    assertEquals("well-formed JSON", torn.expected());
    assertEquals(2, torn.line());
    MissionCell loaded = load.cell().orElseThrow();
    assertEquals(List.of("a2"), List.copyOf(loaded.agents().keySet()));
    assertEquals(List.of("t2"), List.copyOf(loaded.tasks().keySet()));
    assertFalse(load.valid());
  }

  @Test
  void badConfigurationInvalidatesTheCellAndItsAgentsAreStillChecked() throws IOException {
    Cells.write(cell.resolve("cell.json"), "{\"cell_id\": \"1-1-1-1-1\", \"timeout\": 1.5}");
    Cells.write(cell.resolve("agents/a1.json"), agent("a1", ", \"gateway\": []"));
    CellLoad load = load();
    assertTrue(load.cell().isEmpty());
    assertEquals(
        List.of(
            "/gateway",
            "/created_at",
            "/created_by",
            "/mission_name",
            "/status",
            "/cell_id",
            "/timeout"),
        load.problems().stream().map(CellProblem::pointer).toList());
  }

  @Test
  void cellWithoutConfigurationIsAProblem() throws IOException {
    Files.delete(cell.resolve("cell.json"));
    assertEquals("no file", only().found());
    assertTrue(load().cell().isEmpty());
  }

  @Test
  void badCellAffectsNoOtherCell() throws IOException {
    Path bad = root.resolve("00000000-0000-4000-8000-000000000000");
    Cells.write(bad.resolve("cell.json"), "nonsense");
    List<CellLoad> all = store.load();
    assertEquals(2, all.size());
    assertTrue(all.get(0).cell().isEmpty());
    assertTrue(all.get(1).valid());
  }

  @Test
  void ofTwoCellsWithOneIdentityTheFirstByNameHasIt() throws IOException {
    Path twin = root.resolve("00000000-0000-4000-8000-000000000000");
    Files.createDirectory(twin);
    Files.copy(cell.resolve("cell.json"), twin.resolve("cell.json"));
    List<CellLoad> all = store.load();
    assertTrue(all.get(0).cell().isPresent());
    assertEquals("/cell_id", all.get(0).warnings().get(0).pointer());
    assertTrue(all.get(1).cell().isEmpty());
    CellProblem taken = all.get(1).errors().get(0);
    assertEquals("/cell_id", taken.pointer());
    assertEquals(2, taken.line());
    assertEquals("the identity of 00000000-0000-4000-8000-000000000000", taken.found());
  }

  @Test
  void directoriesThatAreNoCellsAreIgnored() throws IOException {
    Files.createDirectory(root.resolve("lost+found"));
    Cells.write(root.resolve("notes.txt"), "x");
    assertEquals(1, store.load().size());
  }

  @Test
  void fileNameMustEqualTheIdentifier() throws IOException {
    Cells.write(cell.resolve("agents/a3.json"), agent("a4", ""));
    assertEquals("\"a3\", the file's name", only().expected());
    assertFalse(load().cell().orElseThrow().agents().containsKey("a4"));
  }

  @Test
  void fileNameThatIsNoIdentifierIsAProblemAndUnfinishedFilesAreNot() throws IOException {
    Cells.write(cell.resolve("agents/a b.json"), agent("a b", ""));
    Cells.write(cell.resolve("agents/.hidden.json"), "x");
    Cells.write(cell.resolve("agents/a1.json.tmp"), "x");
    Cells.write(cell.resolve("agents/a1.json~"), "x");
    assertEquals(Severity.ERROR, only().severity());
    Files.delete(cell.resolve("agents/a b.json"));
    Cells.write(cell.resolve("agents/notes.txt"), "x");
    assertEquals(Severity.WARNING, only().severity());
  }

  @Test
  void symbolicLinksAreReportedAndNeverFollowed() throws IOException {
    Path outside = disk.getPath("/outside");
    Files.createDirectory(outside);
    Cells.write(outside.resolve("a3.json"), agent("a3", ""));
    Files.createSymbolicLink(cell.resolve("agents/a3.json"), outside.resolve("a3.json"));
    assertEquals("a symbolic link", only().found());
    Files.delete(cell.resolve("agents/a3.json"));
    AtomicFiles.deleteTree(cell.resolve("config"));
    Files.createSymbolicLink(cell.resolve("config"), outside);
    assertEquals("a symbolic link", only().found());
    assertEquals(HandoffApproval.MANUAL, load().cell().orElseThrow().policies().handoffApproval());
  }

  @Test
  void cellThatIsASymbolicLinkIsReportedAndNotFollowed() throws IOException {
    Path link = root.resolve("00000000-0000-4000-8000-000000000000");
    Files.createSymbolicLink(link, cell);
    CellLoad load = store.load().get(0);
    assertEquals("a symbolic link", load.problems().get(0).found());
    assertTrue(load.cell().isEmpty());
    assertTrue(store.load().get(1).valid());
  }

  @Test
  void directoryInPlaceOfAFileIsAProblem() throws IOException {
    Files.createDirectory(cell.resolve("agents/a3.json"));
    assertEquals("a directory", only().found());
  }

  @Test
  void duplicateFieldsAreAProblemAtAnyDepthAndAllOfThemAreReported() throws IOException {
    Cells.write(
        cell.resolve("agents/a3.json"),
        "{\"agent_id\": \"a3\", \"name\": \"x\", \"role\": \"read\", \"role\": \"lead\",",
        " \"status\": \"idle\", \"unknown\": [{\"a\": 1, \"a\": 2}]}");
    List<CellProblem> problems = load().problems();
    assertEquals(
        List.of("/role", "/unknown/0/a"), problems.stream().map(CellProblem::pointer).toList());
    assertEquals(57, problems.get(0).column());
    assertEquals(2, problems.get(1).line());
    assertEquals("each field once", problems.get(0).expected());
  }

  @Test
  void byteOrderMarkIsAWarningAndTheFileIsRead() throws IOException {
    byte[] text = Files.readAllBytes(cell.resolve("agents/a1.json"));
    byte[] marked = new byte[text.length + 3];
    marked[0] = (byte) 0xef;
    marked[1] = (byte) 0xbb;
    marked[2] = (byte) 0xbf;
    System.arraycopy(text, 0, marked, 3, text.length);
    Files.write(cell.resolve("agents/a1.json"), marked);
    assertEquals(Severity.WARNING, only().severity());
    assertTrue(load().valid());
    assertTrue(load().cell().orElseThrow().agents().containsKey("a1"));
  }

  @Test
  void otherEncodingsThanUtf8AreAProblemAtTheFirstBadByte() throws IOException {
    Path file = cell.resolve("agents/a3.json");
    Files.write(file, agent("a3", "").getBytes(StandardCharsets.UTF_16LE));
    assertEquals("byte 0x00", only().found());
    Files.write(file, agent("a3", ", \"x\": \"ä\"").getBytes(StandardCharsets.ISO_8859_1));
    assertEquals("byte 0xe4", only().found());
    assertEquals(agent("a3", ", \"x\": \"").length(), only().column());
  }

  @Test
  void boundsAreProblemsAndContentPastThemIsDropped() throws IOException {
    Path file = cell.resolve("agents/a3.json");
    Cells.write(file, agent("a3", ", \"x\": \"" + "x".repeat(1 << 20) + "\""));
    assertEquals("at most 1048576 bytes", only().expected());
    Cells.write(file, agent("a3", ", \"x\": " + "[".repeat(100) + "]".repeat(100)));
    assertTrue(only().found().contains("depth"), only().found());
    Cells.write(file, agent("a3", ", \"gateway\": \"" + "x".repeat(70_000) + "\""));
    assertEquals("at most 65536", only().expected());
  }

  @Test
  void tooManyFilesAreAProblemOfTheDirectory() throws IOException {
    CellLimits few = new CellLimits(1 << 20, 64, 1 << 16, 1, 10, 10, 1 << 20);
    CellLoad load = MissionStore.open(root, few).load(cell);
    assertEquals(
        List.of("more than 1 entries", "more than 1 entries"),
        load.problems().stream().map(CellProblem::found).toList());
    assertTrue(load.cell().orElseThrow().agents().isEmpty());
  }

  @Test
  void problemsBeyondTheBoundAreCountedNotListed() throws IOException {
    String grants = "\"a1\": {\"read\": [" + "\"no\",".repeat(2000) + "\"no\"]}";
    Cells.write(cell.resolve("config/permissions.json"), "{" + grants + "}");
    List<CellProblem> problems = load().problems();
    assertEquals(1001, problems.size());
    assertEquals("2001 problems", problems.get(1000).found());
  }

  @Test
  void emptyFileAndDocumentsThatAreNoObjectAreProblems() throws IOException {
    Path file = cell.resolve("agents/a3.json");
    Files.write(file, new byte[0]);
    assertEquals("an object", only().expected());
    Cells.write(file, "[1]");
    assertEquals("an array", only().found());
    Cells.write(file, agent("a3", "") + " {}");
    assertEquals("content after the end of the document", only().found());
  }

  @Test
  void unreadableSettingsFallBackToTheStrictestOnes() throws IOException {
    Cells.write(cell.resolve("config/isolation.json"), "{\"level\": \"none\"");
    Cells.write(cell.resolve("config/policies.json"), "{\"auto_revive\": \"always\"}");
    MissionCell loaded = load().cell().orElseThrow();
    assertEquals(IsolationLevel.LEVEL_3, loaded.effectiveIsolationLevel());
    assertTrue(loaded.isolation().networkIsolation());
    EffectivePolicies policies = loaded.effectivePolicies(EffectivePolicies.DEFAULTS);
    assertEquals(AutoRevive.ASK, policies.autoRevive());
    assertFalse(policies.handoffAllowed());
  }
}
