package org.lazaruspit.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.lazaruspit.cell.CellLoad;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;
import org.lazaruspit.cell.RescanResult;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures cells on disk with one thread: a load with all checks against a plain read of the same
 * files, and a rescan without changes against a bare stat of the same files.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 8, time = 3)
@Fork(1)
@NullUnmarked
public class CellBenchmark {
  /** Number of cells of 34 files. */
  @Param("1000")
  public int cells;

  private ManyCells many;
  private MissionStore store;
  private List<Path> files;
  private final PlainJackson jackson = new PlainJackson();

  /**
   * Writes the cells.
   *
   * @throws IOException if the disk is full
   */
  @Setup(Level.Trial)
  public void write() throws IOException {
    many = new ManyCells(cells);
    store = MissionStore.open(many.root());
    long valid = store.load().stream().filter(CellLoad::valid).count();
    if (valid != cells) {
      throw new IllegalStateException("only " + valid + " cells are valid: " + store.current());
    }
    files = new ArrayList<>();
    for (ManyCells.CellFiles cell : many.cells()) {
      files.add(cell.config());
      files.addAll(cell.agents());
      files.addAll(cell.tasks());
      files.addAll(List.of(cell.isolation(), cell.policies(), cell.permissions()));
    }
  }

  /**
   * Removes the cells.
   *
   * @throws IOException if a file cannot be removed
   */
  @TearDown(Level.Trial)
  public void remove() throws IOException {
    many.close();
  }

  /**
   * Loads all cells with all checks.
   *
   * @return the cells
   * @throws IOException never, as the root exists
   */
  @Benchmark
  public List<CellLoad> load() throws IOException {
    return MissionStore.open(many.root()).load();
  }

  /**
   * Reads the same files with Jackson.
   *
   * @return the same cells
   * @throws IOException never, as the files exist
   */
  @Benchmark
  public List<MissionCell> plainJackson() throws IOException {
    List<MissionCell> read = new ArrayList<>(cells);
    for (ManyCells.CellFiles cell : many.cells()) {
      read.add(jackson.read(cell));
    }
    return read;
  }

  /**
   * Rescans the cells, which have no changes.
   *
   * @return a result without changes
   */
  @Benchmark
  public RescanResult rescan() {
    return store.rescan();
  }

  /**
   * Reads the attributes of the same files.
   *
   * @return a sum, against dead-code elimination
   * @throws IOException never, as the files exist
   */
  @Benchmark
  public long stat() throws IOException {
    long sum = 0;
    for (Path file : files) {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      sum += attributes.size() + attributes.lastModifiedTime().toMillis();
    }
    return sum;
  }
}
