package org.lazaruspit.cell;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CellArchiveLawsTest {
  @Property(tries = 300)
  void anyDamageIsRefusedOrHarmless(@ForAll int at, @ForAll byte with) throws IOException {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path root = Files.createDirectory(disk.getPath("/root"));
      Path target = Files.createDirectory(disk.getPath("/target"));
      Path zip = disk.getPath("/cell.zip");
      CellArchive.backup(Cells.create(root).directory(), zip);
      byte[] bytes = Files.readAllBytes(zip);
      bytes[Math.floorMod(at, bytes.length)] = with;
      Files.write(zip, bytes);
      try {
        CellArchive.restore(zip, target);
      } catch (IOException e) {
        assertTrue(MissionStore.open(target).load().isEmpty());
      }
    }
  }
}
