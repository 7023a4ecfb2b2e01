package org.lazaruspit.cell.internal.scan;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.FileStamp;
import org.lazaruspit.cell.internal.json.CellCodecs;
import org.lazaruspit.cell.internal.json.DocumentCodec;
import org.lazaruspit.cell.internal.scan.CellScan.DirectoryScan;
import org.lazaruspit.cell.internal.scan.CellScan.FileScan;
import org.lazaruspit.cell.internal.scan.CellScan.Settings;

/** Pending write of a file, or its removal if the bytes are null. */
public final class PendingChange {
  private final Path file;
  private final String id;
  private final byte @Nullable [] bytes;
  private final FileScanner scanner;

  public PendingChange(Path file, String id, byte @Nullable [] bytes, FileScanner scanner) {
    this.file = file;
    this.id = id;
    this.bytes = bytes;
    this.scanner = scanner;
  }

  /** Returns the cell with the change applied. */
  public CellLoad applyTo(CellScan scan) {
    Settings settings = scan.settings();
    CellScan then =
        new CellScan(
            scan.directory(),
            with(scan.config(), CellCodecs.CONFIG),
            with(scan.agents(), CellCodecs.AGENT),
            with(scan.tasks(), CellCodecs.TASK),
            new Settings(
                with(settings.isolation(), CellCodecs.ISOLATION),
                with(settings.policies(), CellCodecs.POLICIES),
                with(settings.permissions(), CellCodecs.PERMISSIONS),
                settings.problems()),
            scan.load());
    return CellLoader.load(then, scanner);
  }

  private <T> FileScan<T> with(FileScan<T> scan, DocumentCodec<T> codec) {
    return file.equals(scan.file()) ? changed(codec) : scan;
  }

  private <T> DirectoryScan<T> with(DirectoryScan<T> scan, DocumentCodec<T> codec) {
    if (!scan.directory().equals(file.getParent())) {
      return scan;
    }
    SortedMap<String, FileScan<T>> files = new TreeMap<>(scan.files());
    String name = String.valueOf(file.getFileName());
    String stem = name.substring(0, name.length() - CellLayout.SUFFIX.length());
    if (bytes == null) {
      files.remove(stem);
    } else {
      files.put(stem, changed(codec));
    }
    return new DirectoryScan<>(scan.directory(), scan.stamp(), files, scan.problems());
  }

  private <T> FileScan<T> changed(DocumentCodec<T> codec) {
    return bytes == null
        ? FileScan.absent(file)
        : scanner.decode(file, id, new FileStamp(0, bytes.length, 0, false), bytes, codec);
  }
}
