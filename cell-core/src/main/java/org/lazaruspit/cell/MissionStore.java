package org.lazaruspit.cell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
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
 * A missions root: the directory that holds the cells. Loading never stops at a fault: a bad cell
 * is a {@link CellLoad} with problems and costs no other cell anything. Thread-safe; one load or
 * rescan runs at a time.
 */
public final class MissionStore {
  private final Path root;
  private final CellLimits limits;
  private final CellScanner scanner;
  private final ListenerNotifier announcer = new ListenerNotifier();
  private final Object scanning = new Object();
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
   * @throws NotDirectoryException when there is no such directory
   * @throws IOException when it cannot be looked at
   */
  public static MissionStore open(Path root) throws IOException {
    return open(root, CellLimits.DEFAULTS);
  }

  /**
   * Opens a missions root.
   *
   * @param root a directory
   * @param limits how much is read at most
   * @return the store
   * @throws NotDirectoryException when there is no such directory
   * @throws IOException when it cannot be looked at
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
   * The missions root.
   *
   * @return the directory that was opened
   */
  public Path root() {
    return root;
  }

  /**
   * Loads every cell, whether it changed or not.
   *
   * @return what came of each directory, sorted by its name
   * @throws UncheckedIOException when the root itself cannot be read, or this thread is interrupted
   */
  public List<CellLoad> load() {
    synchronized (scanning) {
      SortedMap<String, CellLoad> before = loads;
      scans = Collections.emptySortedMap();
      scanChanges();
      SortedMap<String, CellLoad> after = new TreeMap<>();
      loads.forEach((name, load) -> after.put(name, reuse(load, before.get(name))));
      loads = after;
      announcer.queue(difference(before, after));
    }
    announcer.tell();
    return current();
  }

  /**
   * Loads one cell, wherever it is, without looking at others.
   *
   * @param cellDirectory the cell's directory
   * @return what came of it
   * @throws UncheckedIOException when this thread is interrupted
   */
  public CellLoad load(Path cellDirectory) {
    return scanner.scan(cellDirectory).load();
  }

  /**
   * Looks at one cell as its files are right now, without waiting for a scan that is under way.
   * What did not change since the last scan costs a stat a file. Nobody is told of what is found,
   * and {@link #current()} stays as it was.
   *
   * @param cellDirectory the cell's directory
   * @return what came of it
   * @throws UncheckedIOException when this thread is interrupted
   */
  public CellLoad look(Path cellDirectory) {
    CellScan known = scans.get(String.valueOf(cellDirectory.getFileName()));
    return known != null && known.directory().equals(cellDirectory)
        ? scanner.scan(known).load()
        : load(cellDirectory);
  }

  /**
   * The cells as of the last {@link #load()} or {@link #rescan()}; touches no disk.
   *
   * @return what came of each directory, sorted by its name
   */
  public List<CellLoad> current() {
    return List.copyOf(loads.values());
  }

  /**
   * Looks at what changed since the last look; the first time, everything is added. What did not
   * change costs a stat a file.
   *
   * @return what is different now
   * @throws UncheckedIOException when the root itself cannot be read, or this thread is interrupted
   */
  public RescanResult rescan() {
    RescanResult changes;
    synchronized (scanning) {
      changes = scanChanges();
      announcer.queue(changes);
    }
    announcer.tell();
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
   * What is named as a cell or holds a cell's file; lost+found and its like are not our concern.
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

  /** Of two directories with one identity the first by name has it. */
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

  /** What did not change is the same object. */
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
   * Tells a listener of everything that a load or a rescan finds different from now on.
   *
   * @param listener who is told
   */
  public void addListener(MissionListener listener) {
    announcer.add(listener);
  }

  /**
   * Tells a listener no more.
   *
   * @param listener who was told
   */
  public void removeListener(MissionListener listener) {
    announcer.remove(listener);
  }

  /**
   * Starts to rescan whenever something changes: at once where the file system can tell, and at an
   * interval in any case.
   *
   * @param interval the longest time until a change is noticed, at least a millisecond
   * @return the running watch, to be closed
   * @throws IllegalArgumentException when the interval is too short
   */
  public MissionWatch watch(Duration interval) {
    if (interval.toMillis() < 1) {
      throw new IllegalArgumentException("interval: " + interval + " is not a millisecond");
    }
    MissionWatch watch = new MissionWatch(this, interval);
    watch.start();
    return watch;
  }

  /**
   * Creates a cell: its whole directory tree appears at once, or not at all.
   *
   * @param spec what it shall have
   * @return the cell as it was then loaded
   * @throws CellRuleException when it would break a rule
   * @throws java.nio.file.FileAlreadyExistsException when there is a cell of that identity
   * @throws IOException when it cannot be written
   */
  public MissionCell create(NewCell spec) throws IOException {
    return new CellCreation(root, scanner).create(spec);
  }
}
