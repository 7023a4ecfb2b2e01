package org.lazaruspit.pit.internal.cell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.lazaruspit.pit.contract.CellOwnershipContract;
import org.lazaruspit.pit.spi.CellOwnership;

final class FileLockOwnershipContractTest extends CellOwnershipContract {

  @TempDir Path root;

  @Override
  protected CellOwnership newOwnership() {
    return new FileLockOwnership();
  }

  @Override
  protected Path directory(UUID cell) throws IOException {
    return Files.createDirectories(root.resolve(cell.toString()));
  }
}
