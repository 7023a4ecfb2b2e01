package org.lazaruspit.cell.internal.scan;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.Stamp;
import org.lazaruspit.cell.internal.json.Document;
import org.lazaruspit.cell.internal.json.Documents;
import org.lazaruspit.cell.internal.scan.CellScan.DirectoryScan;
import org.lazaruspit.cell.internal.scan.CellScan.FileScan;
import org.lazaruspit.cell.internal.scan.CellScan.Settings;

/** A file that is about to be written, or removed where there are no bytes. */
public final class CellDraft {
  private final Path file;
  private final String id;
  private final byte @Nullable [] bytes;
  private final FileScanner scanner;

  public CellDraft(Path file, String id, byte @Nullable [] bytes, FileScanner scanner) {
    this.file = file;
    this.id = id;
    this.bytes = bytes;
    this.scanner = scanner;
  }

  /** The cell as it would be with the change made. */
  public CellLoad applyTo(CellScan scan) {
    Settings settings = scan.settings();
    CellScan then =
        new CellScan(
            scan.directory(),
            with(scan.config(), Documents.CONFIG),
            with(scan.agents(), Documents.AGENT),
            with(scan.tasks(), Documents.TASK),
            new Settings(
                with(settings.isolation(), Documents.ISOLATION),
                with(settings.policies(), Documents.POLICIES),
                with(settings.permissions(), Documents.PERMISSIONS),
                settings.problems()),
            scan.load());
    return CellAssembly.load(then, scanner);
  }

  private <T> FileScan<T> with(FileScan<T> scan, Document<T> document) {
    return file.equals(scan.file()) ? changed(document) : scan;
  }

  private <T> DirectoryScan<T> with(DirectoryScan<T> scan, Document<T> document) {
    if (!scan.directory().equals(file.getParent())) {
      return scan;
    }
    SortedMap<String, FileScan<T>> files = new TreeMap<>(scan.files());
    String name = String.valueOf(file.getFileName());
    String stem = name.substring(0, name.length() - CellLayout.SUFFIX.length());
    if (bytes == null) {
      files.remove(stem);
    } else {
      files.put(stem, changed(document));
    }
    return new DirectoryScan<>(scan.directory(), scan.stamp(), files, scan.problems());
  }

  private <T> FileScan<T> changed(Document<T> document) {
    return bytes == null
        ? FileScan.absent(file)
        : scanner.decode(file, id, new Stamp(0, bytes.length, 0, false), bytes, document);
  }
}
