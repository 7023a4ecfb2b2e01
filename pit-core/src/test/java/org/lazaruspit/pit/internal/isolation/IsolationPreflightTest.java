package org.lazaruspit.pit.internal.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.cell.IsolationLevel;
import org.lazaruspit.pit.IsolationReport;
import org.lazaruspit.pit.internal.os.ProgramLookup;
import org.lazaruspit.pit.spi.Settings;

/** Reports on machines without tools, with some, and with broken ones. */
final class IsolationPreflightTest {

  @TempDir Path folder;

  private Settings settings(Map<String, Object> values) {
    return new Settings(values, folder);
  }

  private IsolationReport report(ProgramLookup programs) {
    IsolationPreflight preflight = new IsolationPreflight(settings(Map.of()), programs);
    return new IsolationReport(preflight.features(), preflight.refusals());
  }

  @Test
  void aMachineWithoutToolsGivesNoLevelAndTheMissingProgramsAreNamed() {
    IsolationReport report = report(new ProgramLookup(List.of()));
    assertTrue(report.gives(IsolationLevel.NONE));
    assertFalse(report.gives(IsolationLevel.LEVEL_1));
    assertFalse(report.gives(IsolationLevel.LEVEL_2));
    assertFalse(report.gives(IsolationLevel.LEVEL_3));
    String text = String.join("\n", report.lines());
    assertTrue(text.startsWith("none: yes\nlevel_1: no, level_1 needs "), text);
    assertTrue(text.contains("there is no program bwrap"), text);
    assertTrue(text.contains("plugins.process.image is not set"), text);
  }

  @Test
  void theOutputOfABrokenProgramIsQuoted() throws IOException {
    Path bwrap =
        Files.writeString(folder.resolve("bwrap"), "#!/bin/sh\necho no namespaces; exit 1\n");
    Files.setPosixFilePermissions(bwrap, PosixFilePermissions.fromString("rwxr-xr-x"));
    IsolationReport report = report(new ProgramLookup(List.of(folder)));
    String text =
        String.join("\n", report.refusals().getOrDefault(IsolationLevel.LEVEL_2, List.of()));
    assertTrue(text.contains("bwrap failed: no namespaces"), text);
  }

  @Test
  void thisMachineIsTested() {
    IsolationReport report = IsolationReport.ofThisMachine(settings(Map.of()));
    assertEquals(IsolationFeature.values().length, report.abilities().size());
    assertTrue(report.gives(IsolationLevel.NONE));
  }

  @Test
  void settingsOutOfRangeAreRefusedByName() {
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of("open_files", 1), Map.of("processes", 0), Map.of("image", "--privileged"))) {
      String name = wrong.keySet().iterator().next();
      String message =
          assertThrows(IllegalArgumentException.class, () -> IsolationLimits.from(settings(wrong)))
              .getMessage();
      assertTrue(message.contains("setting " + name), message);
    }
  }
}
