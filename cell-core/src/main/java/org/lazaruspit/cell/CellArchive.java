package org.lazaruspit.cell;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.lazaruspit.cell.internal.files.AtomicFiles;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.CellLock;
import org.lazaruspit.cell.internal.files.SecureDirectory;
import org.lazaruspit.cell.internal.files.ZipDirectory;
import org.lazaruspit.cell.internal.files.ZipExtractor;
import org.lazaruspit.cell.internal.scan.CellScanner;

/**
 * Backs up a cell into one zip file and restores it. An archive holds everything but {@code
 * .lazarus/}, links and special files; an archive that would write outside its own new cell is
 * refused. Thread-safe.
 */
public final class CellArchive {
  private CellArchive() {}

  /**
   * Writes a cell into a new zip file, which appears whole. Edits of the cell wait meanwhile.
   *
   * @param cellDirectory the cell's directory
   * @param file the zip file to create, outside the cell
   * @return the links and special files that were left out, relative to the cell
   * @throws FileAlreadyExistsException if the file exists
   * @throws IOException if the cell cannot be read or the file cannot be written
   */
  public static List<String> backup(Path cellDirectory, Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    if (AtomicFiles.parent(file).toRealPath().startsWith(cellDirectory.toRealPath())) {
      throw new IOException(file + " is inside the cell to back up");
    }
    List<String> leftOut = new ArrayList<>();
    try (CellLock lock = CellLock.acquire(cellDirectory)) {
      lock.requireHeld();
      AtomicFiles.create(file, out -> write(cellDirectory, out, leftOut));
    }
    return List.copyOf(leftOut);
  }

  private static void write(Path cell, OutputStream out, List<String> leftOut) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    try (SecureDirectory directory = SecureDirectory.open(cell)) {
      add(directory, "", zip, leftOut);
    }
    zip.finish();
  }

  private static void add(
      SecureDirectory directory, String prefix, ZipOutputStream zip, List<String> leftOut)
      throws IOException {
    for (Path entry : directory.names(Integer.MAX_VALUE)) {
      String name = prefix + entry;
      if (name.equals(CellLayout.PRIVATE)) {
        continue;
      }
      BasicFileAttributes attributes = directory.attributes(entry);
      if (attributes.isDirectory()) {
        begin(zip, name + "/", attributes);
        try (SecureDirectory inner = directory.open(entry, attributes)) {
          add(inner, name + "/", zip, leftOut);
        }
      } else if (attributes.isRegularFile()) {
        begin(zip, name, attributes);
        try (InputStream content = Channels.newInputStream(directory.read(entry))) {
          content.transferTo(zip);
        }
      } else {
        leftOut.add(name);
      }
    }
  }

  private static void begin(ZipOutputStream zip, String name, BasicFileAttributes attributes)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setLastModifiedTime(attributes.lastModifiedTime());
    zip.putNextEntry(entry);
  }

  /**
   * Creates a cell from a zip file. Its directory appears whole, named for its {@code cell_id}. A
   * cell with problems is restored as it was backed up, if its {@code cell.json} is readable.
   *
   * @param file the zip file
   * @param root the missions root
   * @return the cell, loaded after its restoration
   * @throws FileAlreadyExistsException if a cell with that id exists
   * @throws CellRuleException if it holds no readable {@code cell.json}
   * @throws IOException if the file is not a zip file, is damaged, holds links or names that lead
   *     out of the cell, or expands too much
   */
  public static MissionCell restore(Path file, Path root) throws IOException {
    CellLimits limits = CellLimits.DEFAULTS;
    List<String> names = ZipDirectory.names(file);
    return new CellCreation(root, new CellScanner(limits, InstantSource.system()))
        .restore(directory -> new ZipExtractor(file, names, limits).into(directory));
  }
}
