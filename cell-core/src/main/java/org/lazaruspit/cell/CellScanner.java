package org.lazaruspit.cell;

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
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.CellScan.DirectoryScan;
import org.lazaruspit.cell.CellScan.FileScan;
import org.lazaruspit.cell.CellScan.Settings;

/**
 * Reads a cell's directory, all of it or only what changed since an earlier scan. What did not
 * change is taken over as the same object, so an unchanged cell is the same scan.
 */
final class CellScanner {
  /** A file that is being written while it is read gets so many chances to hold still. */
  private static final int ATTEMPTS = 3;

  private static final CellLoad UNKNOWN = new CellLoad(Path.of(""), Optional.empty(), List.of());

  private final CellLimits limits;
  private final CellJson json;
  private final FileReader reader;

  CellScanner(CellLimits limits, InstantSource clock) {
    this.limits = limits;
    this.json = new CellJson(limits);
    this.reader = new FileReader(clock, limits.maxFileBytes());
  }

  CellJson json() {
    return json;
  }

  FileReader reader() {
    return reader;
  }

  CellLimits limits() {
    return limits;
  }

  /** Scans the whole directory. */
  CellScan scan(Path directory) {
    return scan(directory, null);
  }

  CellScan scan(Path directory, @Nullable CellScan before) {
    Stamp stamp;
    try {
      BasicFileAttributes attributes = reader.stat(directory);
      if (attributes == null) {
        throw new FileReader.Unusable("nothing", "a directory");
      }
      FileReader.requireDirectory(attributes);
      stamp = reader.stamp(attributes);
    } catch (FileReader.Unusable e) {
      return unusable(directory, Problems.whole(directory, e));
    }
    return scan(directory, stamp, before);
  }

  private CellScan scan(Path directory, Stamp stamp, @Nullable CellScan before) {
    CellLayout layout = new CellLayout(directory);
    FileScan<CellConfig> config =
        file(layout.cellFile(), "", Documents.CONFIG, before == null ? null : before.config());
    DirectoryScan<AgentSpec> agents =
        directory(
            directory.resolve(CellLayout.AGENTS),
            Documents.AGENT,
            before == null ? null : before.agents());
    DirectoryScan<TaskSpec> tasks =
        directory(
            directory.resolve(CellLayout.TASKS),
            Documents.TASK,
            before == null ? null : before.tasks());
    Settings settings = settings(layout, before == null ? null : before.settings());
    if (before != null
        && same(config, before.config())
        && same(agents, before.agents())
        && same(tasks, before.tasks())
        && same(settings, before.settings())) {
      return before;
    }
    CellScan now = new CellScan(directory, stamp, config, agents, tasks, settings, UNKNOWN);
    CellLoad load =
        before != null && before.saysTheSame(now) ? before.load() : CellAssembly.load(now, this);
    return new CellScan(directory, stamp, config, agents, tasks, settings, load);
  }

  private static CellScan unusable(Path directory, CellProblem problem) {
    return new CellScan(
        directory,
        Stamp.ABSENT,
        FileScan.absent(),
        DirectoryScan.absent(),
        DirectoryScan.absent(),
        Settings.ABSENT,
        new CellLoad(directory, Optional.empty(), List.of(problem)));
  }

  private Settings settings(CellLayout layout, @Nullable Settings before) {
    Path directory = layout.directory().resolve(CellLayout.CONFIG);
    try {
      BasicFileAttributes attributes = reader.stat(directory);
      if (attributes == null) {
        return before != null && before.equals(Settings.ABSENT) ? before : Settings.ABSENT;
      }
      FileReader.requireDirectory(attributes);
    } catch (FileReader.Unusable e) {
      Settings bad = badSettings(Problems.whole(directory, e));
      return before != null && before.saysTheSame(bad) ? before : bad;
    }
    Settings now =
        new Settings(
            file(
                layout.config(CellLayout.ISOLATION_FILE),
                "",
                Documents.ISOLATION,
                before == null ? null : before.isolation()),
            file(
                layout.config(CellLayout.POLICIES_FILE),
                "",
                Documents.POLICIES,
                before == null ? null : before.policies()),
            file(
                layout.config(CellLayout.PERMISSIONS_FILE),
                "",
                Documents.PERMISSIONS,
                before == null ? null : before.permissions()),
            List.of());
    if (before != null
        && before.problems().isEmpty()
        && same(now.isolation(), before.isolation())
        && same(now.policies(), before.policies())
        && same(now.permissions(), before.permissions())) {
      return before;
    }
    return now;
  }

  private static Settings badSettings(CellProblem problem) {
    return new Settings(FileScan.absent(), FileScan.absent(), FileScan.absent(), List.of(problem));
  }

  private <T> DirectoryScan<T> directory(
      Path directory, Document<T> document, @Nullable DirectoryScan<T> before) {
    try {
      BasicFileAttributes attributes = reader.stat(directory);
      if (attributes == null) {
        return before != null && before.stamp().equals(Stamp.ABSENT)
            ? before
            : DirectoryScan.absent();
      }
      FileReader.requireDirectory(attributes);
      Stamp stamp = reader.stamp(attributes);
      if (before != null && before.stamp().stillHolds(stamp)) {
        return refresh(directory, document, before);
      }
      return list(directory, document, stamp, before);
    } catch (FileReader.Unusable e) {
      return new DirectoryScan<>(
          Stamp.ABSENT, Collections.emptySortedMap(), List.of(Problems.whole(directory, e)));
    }
  }

  /** The names are known to be the same: only the files are looked at. */
  private <T> DirectoryScan<T> refresh(
      Path directory, Document<T> document, DirectoryScan<T> before) {
    SortedMap<String, FileScan<T>> changed = null;
    for (var entry : before.files().entrySet()) {
      String id = entry.getKey();
      FileScan<T> now =
          file(directory.resolve(id + CellLayout.SUFFIX), id, document, entry.getValue());
      if (!same(now, entry.getValue())) {
        if (changed == null) {
          changed = new TreeMap<>(before.files());
        }
        changed.put(id, now);
      }
    }
    if (changed == null) {
      return before;
    }
    changed.values().removeIf(file -> !file.present() && file.problems().isEmpty());
    return new DirectoryScan<>(before.stamp(), changed, before.problems());
  }

  private <T> DirectoryScan<T> list(
      Path directory, Document<T> document, Stamp stamp, @Nullable DirectoryScan<T> before)
      throws FileReader.Unusable {
    SortedMap<String, FileScan<T>> files = new TreeMap<>();
    List<CellProblem> problems = new ArrayList<>();
    for (Path path : entries(directory)) {
      String name = path.getFileName().toString();
      String id = identifier(name);
      if (id == null) {
        if (!FileNames.isTemporary(name)) {
          problems.add(unexpected(path, name));
        }
        continue;
      }
      FileScan<T> known = before == null ? null : before.files().get(id);
      FileScan<T> file = file(path, id, document, known);
      if (file.present() || !file.problems().isEmpty()) {
        files.put(id, file);
      }
    }
    problems.sort(Comparator.comparing(CellProblem::file));
    return new DirectoryScan<>(stamp, files, List.copyOf(problems));
  }

  private List<Path> entries(Path directory) throws FileReader.Unusable {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        if (entries.size() == limits.maxFiles()) {
          throw new FileReader.Unusable(
              "more than " + limits.maxFiles() + " entries", "at most " + limits.maxFiles());
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
        json ? Fields.IDENTIFIER + " before .json" : "files named <identifier>.json only");
  }

  private <T> FileScan<T> file(
      Path path, String id, Document<T> document, @Nullable FileScan<T> before) {
    FileScan<T> now = FileScan.absent();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      now = readOnce(path, id, document, before);
      if (same(now, before) || !now.failed() || holdsStill(path, now.stamp())) {
        break;
      }
    }
    return now;
  }

  /** Whether an earlier scan was taken over, which is cheaper to see than that it says the same. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean same(Object now, @Nullable Object before) {
    return now == before;
  }

  private boolean holdsStill(Path path, Stamp stamp) {
    try {
      BasicFileAttributes attributes = reader.stat(path);
      return attributes != null && reader.stamp(attributes).sameAs(stamp);
    } catch (FileReader.Unusable e) {
      return true;
    }
  }

  private <T> FileScan<T> readOnce(
      Path path, String id, Document<T> document, @Nullable FileScan<T> before) {
    Stamp stamp = Stamp.ABSENT;
    try {
      BasicFileAttributes attributes = reader.stat(path);
      if (attributes == null) {
        return before != null && !before.present() && before.problems().isEmpty()
            ? before
            : FileScan.absent();
      }
      stamp = reader.stamp(attributes);
      if (before != null && before.stamp().stillHolds(stamp)) {
        return before;
      }
      reader.requireFile(attributes);
      byte[] bytes = reader.read(path, stamp.size());
      return bytes == null ? FileScan.absent() : decode(path, id, stamp, bytes, document);
    } catch (FileReader.Unusable e) {
      return new FileScan<>(stamp, null, List.of(Problems.whole(path, e)));
    }
  }

  /** The content of a file of ours, or null where there is none that can be used. */
  <T> @Nullable T read(Path file, Document<T> document) {
    return this.<T>file(file, "", document, null).content();
  }

  <T> FileScan<T> decode(Path path, String id, Stamp stamp, byte[] bytes, Document<T> document) {
    Findings findings = new Findings();
    Json.Obj object = json.parse(bytes, findings);
    T content = object == null ? null : document.decode(id, object, findings, limits);
    return new FileScan<>(stamp, content, Problems.of(path, bytes, findings, json));
  }

  /** The same cell as it would be with one file changed or removed. */
  CellScan with(CellScan scan, CellFiles.Change change) {
    CellLayout layout = new CellLayout(scan.directory());
    Settings settings = scan.settings();
    CellScan then =
        new CellScan(
            scan.directory(),
            scan.stamp(),
            with(scan.config(), layout.cellFile(), Documents.CONFIG, change),
            with(
                scan.agents(),
                layout.directory().resolve(CellLayout.AGENTS),
                Documents.AGENT,
                change),
            with(
                scan.tasks(), layout.directory().resolve(CellLayout.TASKS), Documents.TASK, change),
            new Settings(
                with(
                    settings.isolation(),
                    layout.config(CellLayout.ISOLATION_FILE),
                    Documents.ISOLATION,
                    change),
                with(
                    settings.policies(),
                    layout.config(CellLayout.POLICIES_FILE),
                    Documents.POLICIES,
                    change),
                with(
                    settings.permissions(),
                    layout.config(CellLayout.PERMISSIONS_FILE),
                    Documents.PERMISSIONS,
                    change),
                settings.problems()),
            UNKNOWN);
    CellLoad load = CellAssembly.load(then, this);
    return new CellScan(
        then.directory(),
        then.stamp(),
        then.config(),
        then.agents(),
        then.tasks(),
        then.settings(),
        load);
  }

  private <T> FileScan<T> with(
      FileScan<T> file, Path path, Document<T> document, CellFiles.Change change) {
    return path.equals(change.file()) ? changed(document, change) : file;
  }

  private <T> DirectoryScan<T> with(
      DirectoryScan<T> scan, Path directory, Document<T> document, CellFiles.Change change) {
    if (!directory.equals(change.file().getParent())) {
      return scan;
    }
    SortedMap<String, FileScan<T>> files = new TreeMap<>(scan.files());
    String name = change.file().getFileName().toString();
    String id = name.substring(0, name.length() - CellLayout.SUFFIX.length());
    if (change.bytes() == null) {
      files.remove(id);
    } else {
      files.put(id, changed(document, change));
    }
    return new DirectoryScan<>(scan.stamp(), files, scan.problems());
  }

  private <T> FileScan<T> changed(Document<T> document, CellFiles.Change change) {
    byte[] bytes = change.bytes();
    return bytes == null
        ? FileScan.absent()
        : decode(change.file(), change.id(), new Stamp(0, bytes.length, 0, false), bytes, document);
  }
}
