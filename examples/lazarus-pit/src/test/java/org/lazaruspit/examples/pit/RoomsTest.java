package org.lazaruspit.examples.pit;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Holds the order of the daemon's rooms. */
final class RoomsTest {

  @Test
  void aRoomUsesOnlyRoomsBelowIt() {
    String here = RoomsTest.class.getPackageName();
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("main")
        .definedBy(here)
        .layer("cli")
        .definedBy(here + ".cli")
        .layer("service")
        .definedBy(here + ".service")
        .layer("page")
        .definedBy(here + ".page")
        .layer("metrics")
        .definedBy(here + ".metrics")
        .layer("control")
        .definedBy(here + ".control")
        .layer("proposal")
        .definedBy(here + ".proposal")
        .layer("text")
        .definedBy(here + ".text")
        .whereLayer("main")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("cli")
        .mayOnlyBeAccessedByLayers("main")
        .whereLayer("service")
        .mayOnlyBeAccessedByLayers("main", "cli")
        .whereLayer("page")
        .mayOnlyBeAccessedByLayers("service")
        .whereLayer("metrics")
        .mayOnlyBeAccessedByLayers("service")
        .whereLayer("control")
        .mayOnlyBeAccessedByLayers("cli", "service", "page", "metrics")
        .whereLayer("proposal")
        .mayOnlyBeAccessedByLayers("cli")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(here));
  }
}
