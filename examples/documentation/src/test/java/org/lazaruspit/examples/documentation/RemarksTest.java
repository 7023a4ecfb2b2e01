package org.lazaruspit.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.lazaruspit.examples.documentation.Page.Block;

/**
 * Checks that CONTRIBUTING.md explains each kind of remark, and that all blocks that are not run
 * are listed here.
 */
final class RemarksTest {
  private static final Set<String> SHELL_REMARKS =
      Set.of("synopsis", "not run", "says", "goes on", "given", "saved as");
  private static final Set<String> OTHER_REMARKS =
      Set.of("given", "continues", "not compiled", "json", "file", "saved as");

  /** The first command of each block that no test runs. */
  private static final List<String> NOT_RUN =
      List.of(
          "README.md: bash examples/demo.sh     # the main job:"
              + " agents are killed and frozen, the pit too, and all come back",
          "docs/benchmarks.md: java -cp examples/benchmarks/target/benchmarks.jar"
              + " org.lazaruspit.examples.benchmarks.ReviveMain --kills 20",
          "docs/benchmarks.md: java -jar examples/benchmarks/target/benchmarks.jar"
              + " HeartbeatBenchmark -t 1 -prof gc",
          "docs/clusters.md: java -cp examples/benchmarks/target/benchmarks.jar"
              + " org.lazaruspit.examples.benchmarks.ClusterMain 60",
          "docs/operations.md: useradd --system --home-dir /var/lib/lazarus-pit"
              + " --shell /usr/sbin/nologin lazarus",
          "examples/custom-reviver/README.md: mvn -q package -DskipTests"
              + " -pl examples/lazarus-pit,examples/custom-reviver -am",
          "examples/mcp-server/README.md: mvn -q package -DskipTests -pl examples/mcp-server -am",
          "examples/zookeeper-ownership/README.md: mvn -q package -DskipTests");

  private static Stream<Block> shells() {
    return Page.all().stream().flatMap(page -> page.blocks().stream()).filter(Block::isShell);
  }

  private static List<String> problems(List<Page> pages) {
    return pages.stream()
        .flatMap(page -> page.blocks().stream())
        .flatMap(
            block -> {
              Set<String> known = block.isShell() ? SHELL_REMARKS : OTHER_REMARKS;
              return block.remarks().entrySet().stream()
                  .filter(
                      remark ->
                          !(known.contains(remark.getKey()) || block.isSynopsis())
                              || (remark.getKey().startsWith("not ")
                                  && remark.getValue().isEmpty()))
                  .map(remark -> block.place() + ": " + remark.getKey());
            })
        .toList();
  }

  @Test
  void blocksThatAreNotRunAreListedHere() {
    assertEquals(
        NOT_RUN,
        shells()
            .filter(block -> block.remarks().containsKey("not run"))
            .map(block -> block.page().name() + ": " + block.lines().get(0))
            .toList());
  }

  /** All other pages are run by {@link PagesIT}. */
  @Test
  void twoPagesAreRunByTestsOfTheirOwn() {
    assertEquals(
        List.of(
            "examples/custom-reviver/README.md sh", "examples/zookeeper-ownership/README.md bash"),
        shells()
            .filter(block -> block.page().hasTestOfItsOwn())
            .map(
                block ->
                    block.page().name()
                        + " "
                        + block.language()) // the language that those tests expect
            .distinct()
            .toList());
  }

  @Test
  void theMainJobIsRunBeforeARelease() throws IOException {
    assertTrue(Files.readAllLines(Page.TOP.resolve(".ci/run")).contains("bash examples/demo.sh"));
  }

  @Test
  void everyRemarkIsKnownAndHasAReason() {
    assertEquals(List.of(), problems(Page.all()));
  }

  @Test
  void unknownRemarksAreFound() {
    List<String> text =
        List.of(
            "<!-- say: x -->",
            "```sh",
            "true",
            "```", // unknown, instead of "says"
            "<!-- not run -->",
            "```sh",
            "true",
            "```", // without a reason
            "<!-- not run: takes long -->",
            "```sh",
            "true",
            "```",
            "<!-- says: x -->",
            "```json",
            "{}",
            "```"); // without a command
    assertEquals(
        List.of("page.md:2: say", "page.md:6: not run", "page.md:14: says"),
        problems(List.of(new Page(Page.TOP.resolve("page.md"), text))));
  }
}
