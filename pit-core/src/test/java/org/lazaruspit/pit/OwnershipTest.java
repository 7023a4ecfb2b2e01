package org.lazaruspit.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.internal.cell.FileLockOwnership;
import org.lazaruspit.pit.spi.CellOwnership;
import org.lazaruspit.pit.testkit.LockHolder;

@Timeout(60)
final class OwnershipTest {

  private static final UUID CELL = new UUID(3, 3);

  @TempDir Path cell;
  private final CellOwnership ownership = new FileLockOwnership();

  @Test
  void aCellOwnedByAnotherProcessIsFreeOnlyAfterItsEnd() throws Exception {
    Files.createDirectory(cell.resolve(".lazarus"));
    Process other = LockHolder.hold(cell.resolve(".lazarus").resolve("owner.lock"));
    try {
      assertTrue(ownership.claim(CELL, cell).isEmpty());
    } finally {
      other.destroyForcibly().waitFor();
    }
    try (CellOwnership.Claim claim = ownership.claim(CELL, cell).orElseThrow()) {
      assertTrue(claim.held());
    }
  }

  @Test
  void aJvmOwnsACellOnceAndTheEpochRisesWithEachOwner() throws IOException {
    CellOwnership.Claim first = ownership.claim(CELL, cell).orElseThrow();
    assertTrue(new FileLockOwnership().claim(CELL, cell).isEmpty());
    first.close();
    first.close();
    assertFalse(first.held());
    try (CellOwnership.Claim second = ownership.claim(CELL, cell).orElseThrow()) {
      assertTrue(second.epoch() > first.epoch(), second.epoch() + " after " + first.epoch());
    }
  }

  @Test
  void aLinkInPlaceOfThePitsFolderIsNotFollowed(@TempDir Path elsewhere) throws IOException {
    Files.createSymbolicLink(cell.resolve(".lazarus"), elsewhere);
    assertThrows(IOException.class, () -> ownership.claim(CELL, cell));
    try (var files = Files.list(elsewhere)) {
      assertEquals(0, files.count());
    }
  }
}
