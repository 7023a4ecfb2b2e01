package org.lazaruspit.cell.internal.scan;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellLimits;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.CellProblem;
import org.lazaruspit.cell.Severity;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.files.FileReader;
import org.lazaruspit.cell.internal.files.FileStamp;
import org.lazaruspit.cell.internal.files.Problems;
import org.lazaruspit.cell.internal.json.CellCodecs;
import org.lazaruspit.cell.internal.json.DocumentCodec;
import org.lazaruspit.cell.internal.json.FieldReader;
import org.lazaruspit.cell.internal.json.FileNames;
import org.lazaruspit.cell.internal.json.Identifiers;
import org.lazaruspit.cell.internal.json.JsonText;
import org.lazaruspit.cell.internal.scan.CellScan.DirectoryScan;
import org.lazaruspit.cell.internal.scan.CellScan.FileScan;
import org.lazaruspit.cell.internal.scan.CellScan.Settings;

/**
 * Scans a cell's directory, in full or for changes since an earlier scan. Unchanged parts are taken
 * over as the same objects, so an unchanged cell is the same scan.
 */
public final class CellScanner {
  private final FileScanner files;

  public CellScanner(CellLimits limits, InstantSource clock) {
    this.files = new FileScanner(limits, clock);
  }

  public FileScanner files() {
    return files;
  }

  public CellLimits limits() {
    return files.limits();
  }

  /** Scans the whole directory. */
  public CellScan scan(Path directory) {
    CellLayout layout = new CellLayout(directory);
    return scan(
        new CellScan(
            directory,
            FileScan.absent(layout.cellFile()),
            DirectoryScan.absent(directory.resolve(CellLayout.AGENTS), List.of()),
            DirectoryScan.absent(directory.resolve(CellLayout.TASKS), List.of()),
            Settings.absent(layout, List.of()),
            new CellLoad(directory, Optional.empty(), List.of())),
        true);
  }

  /** Scans for changes. */
  public CellScan scan(CellScan before) {
    return scan(before, false);
  }

  private CellScan scan(CellScan before, boolean first) {
    Path directory = before.directory();
    try {
      BasicFileAttributes attributes = files.reader().stat(directory);
      if (attributes == null) {
        throw new FileReader.Unusable("no directory", "a directory");
      }
      FileReader.requireDirectory(attributes);
    } catch (FileReader.Unusable e) {
      return unusable(before, Problems.whole(directory, e));
    }
    CellScan now =
        new CellScan(
            directory,
            files.scan(before.config().file(), CellCodecs.CONFIG, before.config()),
            directory(before.agents(), CellCodecs.AGENT),
            directory(before.tasks(), CellCodecs.TASK),
            settings(directory, before.settings()),
            before.load());
    if (first) {
      return now.with(CellLoader.load(now, files));
    }
    if (now.isSame(before)) {
      return before;
    }
    return now.hasSameContent(before) ? now : now.with(CellLoader.load(now, files));
  }

  /** Returns an empty scan, so that all files are read again when the directory comes back. */
  private static CellScan unusable(CellScan before, CellProblem problem) {
    Path directory = before.directory();
    return new CellScan(
        directory,
        FileScan.absent(before.config().file()),
        DirectoryScan.absent(before.agents().directory(), List.of(problem)),
        DirectoryScan.absent(before.tasks().directory(), List.of()),
        Settings.absent(new CellLayout(directory), List.of()),
        new CellLoad(directory, Optional.empty(), List.of(problem)));
  }

  private Settings settings(Path cell, Settings before) {
    Path directory = cell.resolve(CellLayout.CONFIG);
    try {
      BasicFileAttributes attributes = files.reader().stat(directory);
      if (attributes == null) {
        return before.isEmpty() ? before : Settings.absent(new CellLayout(cell), List.of());
      }
      FileReader.requireDirectory(attributes);
    } catch (FileReader.Unusable e) {
      return Settings.absent(new CellLayout(cell), List.of(Problems.whole(directory, e)));
    }
    Settings now =
        new Settings(
            files.scan(before.isolation().file(), CellCodecs.ISOLATION, before.isolation()),
            files.scan(before.policies().file(), CellCodecs.POLICIES, before.policies()),
            files.scan(before.permissions().file(), CellCodecs.PERMISSIONS, before.permissions()),
            List.of());
    return now.isSame(before) ? before : now;
  }

  private <T> DirectoryScan<T> directory(DirectoryScan<T> before, DocumentCodec<T> codec) {
    Path directory = before.directory();
    try {
      BasicFileAttributes attributes = files.reader().stat(directory);
      if (attributes == null) {
        return before.isEmpty() ? before : DirectoryScan.absent(directory, List.of());
      }
      FileReader.requireDirectory(attributes);
      return before.stamp().stillHolds(attributes)
          ? refresh(before, codec)
          : list(before, codec, files.reader().stamp(attributes));
    } catch (FileReader.Unusable e) {
      return DirectoryScan.absent(directory, List.of(Problems.whole(directory, e)));
    }
  }

  /** Scans the files of a directory with unchanged names. */
  private <T> DirectoryScan<T> refresh(DirectoryScan<T> before, DocumentCodec<T> codec) {
    SortedMap<String, FileScan<T>> changed = null;
    for (var entry : before.files().entrySet()) {
      FileScan<T> known = entry.getValue();
      FileScan<T> now = files.scan(known.file(), entry.getKey(), codec, known);
      if (!FileScanner.same(now, known)) {
        if (changed == null) {
          changed = new TreeMap<>(before.files());
        }
        changed.put(entry.getKey(), now);
      }
    }
    if (changed == null) {
      return before;
    }
    changed.values().removeIf(FileScan::isEmpty);
    return new DirectoryScan<>(before.directory(), before.stamp(), changed, before.problems());
  }

  private <T> DirectoryScan<T> list(
      DirectoryScan<T> before, DocumentCodec<T> codec, FileStamp stamp) throws FileReader.Unusable {
    SortedMap<String, FileScan<T>> found = new TreeMap<>();
    List<CellProblem> problems = new ArrayList<>();
    for (Path path : entries(before.directory())) {
      String name = String.valueOf(path.getFileName());
      String id = identifier(name);
      if (id != null) {
        FileScan<T> file = files.scan(path, id, codec, before.files().get(id));
        if (!file.isEmpty()) {
          found.put(id, file);
        }
      } else if (!FileNames.isTemporary(name)) {
        problems.add(unexpected(path, name));
      }
    }
    problems.sort(Comparator.comparing(CellProblem::file));
    return new DirectoryScan<>(before.directory(), stamp, found, List.copyOf(problems));
  }

  private List<Path> entries(Path directory) throws FileReader.Unusable {
    int most = limits().maxFiles();
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        if (entries.size() == most) {
          throw new FileReader.Unusable("more than " + most + " entries", "at most " + most);
        }
        entries.add(path);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw FileReader.unreadable(new IOException(e));
    } catch (IOException e) {
      throw FileReader.unreadable(e);
    }
    return entries;
  }

  private static @Nullable String identifier(String fileName) {
    if (!fileName.endsWith(CellLayout.SUFFIX)) {
      return null;
    }
    String id = fileName.substring(0, fileName.length() - CellLayout.SUFFIX.length());
    return Identifiers.isValid(id) ? id : null;
  }

  private static CellProblem unexpected(Path path, String name) {
    boolean json = name.endsWith(CellLayout.SUFFIX);
    return Problems.whole(
        json ? Severity.ERROR : Severity.WARNING,
        path,
        "a file named \"" + JsonText.shorten(name) + "\"",
        json ? FieldReader.IDENTIFIER + " before .json" : "files named <identifier>.json only");
  }
}
