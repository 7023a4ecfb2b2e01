package org.lazaruspit.cell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.lazaruspit.cell.internal.files.CellLayout;
import org.lazaruspit.cell.internal.json.Findings;
import org.lazaruspit.cell.internal.json.Uuids;
import org.lazaruspit.cell.internal.scan.CellLoader;
import org.lazaruspit.cell.internal.scan.CellScan;
import org.lazaruspit.cell.internal.scan.CellScanner;

/**
 * Loads and creates the cells of a missions root, the directory that holds them. Loading never
 * stops at a fault: an invalid cell is a {@link CellLoad} with problems and affects no other cell.
 * Thread-safe; one load or rescan runs at a time.
 */
public final class MissionStore {
  private final Path root;
  private final CellLimits limits;
  private final CellScanner scanner;
  private final ListenerNotifier notifier = new ListenerNotifier();
  private final Object scanLock = new Object();

  // Both are written under scanLock only, and read without it as consistent snapshots.
  private volatile SortedMap<String, CellScan> scans = Collections.emptySortedMap();
  private volatile SortedMap<String, CellLoad> loads = Collections.emptySortedMap();

  private MissionStore(Path root, CellLimits limits, InstantSource clock) {
    this.root = root;
    this.limits = limits;
    this.scanner = new CellScanner(limits, clock);
  }

  /**
   * Opens a missions root with the default bounds.
   *
   * @param root a directory
   * @return the store
   * @throws NotDirectoryException if the directory does not exist
   * @throws IOException if it cannot be read
   */
  public static MissionStore open(Path root) throws IOException {
    return open(root, CellLimits.DEFAULTS);
  }

  /**
   * Opens a missions root.
   *
   * @param root a directory
   * @param limits bounds on reading
   * @return the store
   * @throws NotDirectoryException if the directory does not exist
   * @throws IOException if it cannot be read
   */
  public static MissionStore open(Path root, CellLimits limits) throws IOException {
    return open(root, limits, InstantSource.system());
  }

  static MissionStore open(Path root, CellLimits limits, InstantSource clock) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new NotDirectoryException(root.toString());
    }
    return new MissionStore(root, limits, clock);
  }

  /**
   * Returns the missions root.
   *
   * @return the directory that was opened
   */
  public Path root() {
    return root;
  }

  /**
   * Loads every cell, changed or not.
   *
   * @return the result for each directory, sorted by its name
   * @throws UncheckedIOException if the root itself cannot be read, or this thread is interrupted
   */
  public List<CellLoad> load() {
    synchronized (scanLock) {
      SortedMap<String, CellLoad> before = loads;
      scans = Collections.emptySortedMap();
      scanChanges();
      SortedMap<String, CellLoad> after = new TreeMap<>();
      loads.forEach((name, load) -> after.put(name, reuse(load, before.get(name))));
      loads = after;
      notifier.queue(difference(before, after));
    }
    notifier.notifyListeners();
    return current();
  }

  /**
   * Loads one cell, inside the root or outside.
   *
   * @param cellDirectory the cell's directory
   * @return the result
   * @throws UncheckedIOException if this thread is interrupted
   */
  public CellLoad load(Path cellDirectory) {
    return scanner.scan(cellDirectory).load();
  }

  /**
   * Loads the present state of one cell, without waiting for a running scan. A file that is
   * unchanged since the last scan costs one stat. Listeners are not notified, and {@link
   * #current()} does not change.
   *
   * @param cellDirectory the cell's directory
   * @return the result
   * @throws UncheckedIOException if this thread is interrupted
   */
  public CellLoad look(Path cellDirectory) {
    CellScan known = scans.get(String.valueOf(cellDirectory.getFileName()));
    return known != null && known.directory().equals(cellDirectory)
        ? scanner.scan(known).load()
        : load(cellDirectory);
  }

  /**
   * Returns the cells as of the last {@link #load()} or {@link #rescan()}; touches no disk.
   *
   * @return the result for each directory, sorted by its name
   */
  public List<CellLoad> current() {
    return List.copyOf(loads.values());
  }

  /**
   * Scans for changes since the last scan; the first scan reports every cell as added. An unchanged
   * file costs one stat.
   *
   * @return the changes
   * @throws UncheckedIOException if the root itself cannot be read, or this thread is interrupted
   */
  public RescanResult rescan() {
    RescanResult changes;
    synchronized (scanLock) {
      changes = scanChanges();
      notifier.queue(changes);
    }
    notifier.notifyListeners();
    return changes;
  }

  private RescanResult scanChanges() {
    SortedMap<String, CellScan> now = new TreeMap<>();
    for (Path directory : directories()) {
      String name = directory.getFileName().toString();
      CellScan known = scans.get(name);
      now.put(name, known == null ? scanner.scan(directory) : scanner.scan(known));
    }
    SortedMap<String, CellLoad> before = loads;
    SortedMap<String, CellLoad> after = withoutDuplicates(now, before);
    scans = now;
    loads = after;
    return difference(before, after);
  }

  private List<Path> directories() {
    List<Path> directories = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        if (mayBeCell(entry)) {
          if (directories.size() == limits.maxCells()) {
            throw new IOException(root + " has more than " + limits.maxCells() + " cells");
          }
          directories.add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw new UncheckedIOException(new IOException(e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directories;
  }

  /**
   * Accepts directories named as a cell or with a cell's file; ignores others, such as lost+found.
   */
  private boolean mayBeCell(Path entry) {
    String name = entry.getFileName().toString();
    if (name.startsWith(".")) {
      return false;
    }
    return Uuids.isValid(name)
        || scans.containsKey(name)
        || (isDirectory(entry)
            && Files.exists(entry.resolve(CellLayout.CELL_FILE), LinkOption.NOFOLLOW_LINKS));
  }

  private static boolean isDirectory(Path entry) {
    try {
      return Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isDirectory();
    } catch (IOException e) {
      return false;
    }
  }

  /** Reports duplicate ids: of two directories with one id, the first by name keeps it. */
  private SortedMap<String, CellLoad> withoutDuplicates(
      SortedMap<String, CellScan> scanned, SortedMap<String, CellLoad> before) {
    Map<UUID, Path> owners = new HashMap<>();
    SortedMap<String, CellLoad> result = new TreeMap<>();
    scanned.forEach(
        (name, scan) -> {
          CellLoad load = scan.load();
          Path owner =
              load.cell().map(cell -> owners.putIfAbsent(cell.id(), cell.directory())).orElse(null);
          CellLoad now = owner == null ? load : duplicate(scan, owner);
          result.put(name, reuse(now, before.get(name)));
        });
    return result;
  }

  private CellLoad duplicate(CellScan scan, Path owner) {
    Findings findings = new Findings();
    findings.error(
        "/cell_id", "the identity of " + owner.getFileName(), "an identity that no other cell has");
    List<CellProblem> problems = new ArrayList<>(scan.load().problems());
    Path file = scan.directory().resolve(CellLayout.CELL_FILE);
    problems.addAll(CellLoader.locate(file, findings, scanner.files()));
    return new CellLoad(scan.directory(), Optional.empty(), problems);
  }

  private static CellLoad reuse(CellLoad now, @Nullable CellLoad before) {
    return before != null && (same(now, before) || now.equals(before)) ? before : now;
  }

  /** Compares references: an unchanged cell is the same object. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean same(Object now, Object before) {
    return now == before;
  }

  private static RescanResult difference(
      SortedMap<String, CellLoad> before, SortedMap<String, CellLoad> after) {
    List<CellLoad> added = new ArrayList<>();
    List<CellLoad> changed = new ArrayList<>();
    List<CellLoad> removed = new ArrayList<>();
    after.forEach(
        (name, load) -> {
          CellLoad old = before.get(name);
          if (old == null) {
            added.add(load);
          } else if (!same(old, load)) {
            changed.add(load);
          }
        });
    before.forEach(
        (name, load) -> {
          if (!after.containsKey(name)) {
            removed.add(load);
          }
        });
    return new RescanResult(added, changed, removed);
  }

  /**
   * Adds a listener, which is notified of the changes that each load or rescan finds.
   *
   * @param listener the listener
   */
  public void addListener(MissionListener listener) {
    notifier.add(listener);
  }

  /**
   * Removes a listener.
   *
   * @param listener the listener
   */
  public void removeListener(MissionListener listener) {
    notifier.remove(listener);
  }

  /**
   * Starts to rescan at every change that the file system reports, and at an interval in any case.
   *
   * @param interval maximum time until a change is found, at least a millisecond
   * @return the running watch, to be closed by the caller
   * @throws IllegalArgumentException if the interval is too short
   */
  public MissionWatch watch(Duration interval) {
    if (interval.toMillis() < 1) {
      throw new IllegalArgumentException(
          "interval: " + interval + " is shorter than a millisecond");
    }
    MissionWatch watch = new MissionWatch(this, interval);
    watch.start();
    return watch;
  }

  /**
   * Requires that no cell has this id, in whatever directory: of two cells with one id only one is
   * loaded. Rescans the root.
   *
   * @param cellId the id of a cell to create
   * @throws FileAlreadyExistsException if a cell with that id exists
   */
  public void requireFree(UUID cellId) throws FileAlreadyExistsException {
    rescan();
    for (CellLoad load : current()) {
      if (load.cell().filter(cell -> cell.id().equals(cellId)).isPresent()) {
        throw new FileAlreadyExistsException(load.directory().toString());
      }
    }
  }

  /**
   * Creates a cell; its directory appears whole or not at all.
   *
   * @param spec content of the cell
   * @return the cell, loaded after its creation
   * @throws CellRuleException if the cell would break a rule
   * @throws FileAlreadyExistsException if a cell with that id exists
   * @throws IOException if it cannot be written
   */
  public MissionCell create(NewCell spec) throws IOException {
    return new CellCreation(root, scanner).create(spec);
  }
}
