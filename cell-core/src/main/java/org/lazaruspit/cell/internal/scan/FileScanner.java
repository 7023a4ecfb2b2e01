package org.lazaruspit.cell.internal.scan;

import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLimits;
import org.lazaruspit.cell.internal.files.FileReader;
import org.lazaruspit.cell.internal.files.FileStamp;
import org.lazaruspit.cell.internal.files.Problems;
import org.lazaruspit.cell.internal.json.CellJson;
import org.lazaruspit.cell.internal.json.DocumentCodec;
import org.lazaruspit.cell.internal.json.Findings;
import org.lazaruspit.cell.internal.json.Json;
import org.lazaruspit.cell.internal.scan.CellScan.FileScan;

/** Scans single files; takes over an earlier scan if the stamp is unchanged. */
public final class FileScanner {
  /** Attempts to read a file that changes while it is read. */
  private static final int ATTEMPTS = 3;

  private final CellLimits limits;
  private final CellJson json;
  private final FileReader reader;

  FileScanner(CellLimits limits, InstantSource clock) {
    this.limits = limits;
    this.json = new CellJson(limits);
    this.reader = new FileReader(clock, limits.maxFileBytes());
  }

  CellLimits limits() {
    return limits;
  }

  public CellJson json() {
    return json;
  }

  public FileReader reader() {
    return reader;
  }

  /** Scans a file with a fixed name. */
  public <T> FileScan<T> scan(Path path, DocumentCodec<T> codec, @Nullable FileScan<T> before) {
    return scan(path, "", codec, before);
  }

  /** Scans a file that is named for an identifier. */
  <T> FileScan<T> scan(Path path, String id, DocumentCodec<T> codec, @Nullable FileScan<T> before) {
    FileScan<T> now = FileScan.absent(path);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      now = scanOnce(path, id, codec, before);
      if (same(now, before) || !now.failed() || holdsStill(path, now.stamp())) {
        break;
      }
    }
    return now;
  }

  /** Compares references: an earlier scan that was taken over is the same object. */
  @SuppressWarnings("ReferenceEquality")
  static boolean same(Object now, @Nullable Object before) {
    return now == before;
  }

  private boolean holdsStill(Path path, FileStamp stamp) {
    try {
      BasicFileAttributes attributes = reader.stat(path);
      return attributes != null && reader.stamp(attributes).sameAs(stamp);
    } catch (FileReader.Unusable e) {
      return true;
    }
  }

  private <T> FileScan<T> scanOnce(
      Path path, String id, DocumentCodec<T> codec, @Nullable FileScan<T> before) {
    FileStamp stamp = FileStamp.ABSENT;
    try {
      BasicFileAttributes attributes = reader.stat(path);
      if (attributes == null) {
        return before != null && before.isEmpty() ? before : FileScan.absent(path);
      }
      if (before != null && before.stamp().stillHolds(attributes)) {
        return before;
      }
      stamp = reader.stamp(attributes);
      reader.requireFile(attributes);
      byte[] bytes = reader.read(path, stamp.size());
      return bytes == null ? FileScan.absent(path) : decode(path, id, stamp, bytes, codec);
    } catch (FileReader.Unusable e) {
      // Unsettled, since a change of permissions alters neither time nor size.
      return new FileScan<>(path, stamp.unsettled(), null, List.of(Problems.whole(path, e)));
    }
  }

  <T> FileScan<T> decode(
      Path path, String id, FileStamp stamp, byte[] bytes, DocumentCodec<T> codec) {
    Findings findings = new Findings();
    Json.Obj object = json.parse(bytes, findings);
    T content = object == null ? null : codec.decode(id, object, findings, limits);
    return new FileScan<>(path, stamp, content, Problems.of(path, bytes, findings, json));
  }
}
