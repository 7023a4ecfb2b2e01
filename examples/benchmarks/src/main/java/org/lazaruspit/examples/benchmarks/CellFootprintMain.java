package org.lazaruspit.examples.benchmarks;

import java.io.IOException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.lazaruspit.cell.MissionCell;
import org.lazaruspit.cell.MissionStore;

/**
 * Measures the bytes of a loaded cell of 34 files: {@code java -cp benchmarks.jar
 * ...CellFootprintMain [cells]}.
 */
public final class CellFootprintMain {
  private CellFootprintMain() {}

  /**
   * Measures the store, with its data for rescans, and the bare records.
   *
   * @param args the number of cells, 1,000 by default
   * @throws IOException if the disk is full
   */
  public static void main(String[] args) throws IOException {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : 1_000;
    try (ManyCells many = new ManyCells(count)) {
      long before = used();
      MissionStore store = MissionStore.open(many.root());
      store.load();
      print("store", before, count, store);
      long between = used();
      PlainJackson jackson = new PlainJackson();
      List<MissionCell> records = new ArrayList<>();
      for (ManyCells.CellFiles files : many.cells()) {
        records.add(jackson.read(files));
      }
      print("records alone", between, count, records);
    }
  }

  private static void print(String name, long before, int count, Object measured) {
    try {
      System.out.printf("%-14s %8.1f KiB per cell%n", name, (used() - before) / 1024.0 / count);
    } finally {
      Reference.reachabilityFence(measured);
    }
  }

  private static long used() {
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
