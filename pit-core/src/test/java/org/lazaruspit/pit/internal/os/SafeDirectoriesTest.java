package org.lazaruspit.pit.internal.os;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SafeDirectoriesTest {

  private static final int THREADS = 4;
  private static final int ROUNDS = 300;

  @TempDir Path folder;

  @Test
  void concurrentCreationsAllSucceed() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    CyclicBarrier together = new CyclicBarrier(THREADS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < ROUNDS; round++) {
                    Path file = folder.resolve("d" + round).resolve("file");
                    together.await(30, TimeUnit.SECONDS);
                    SafeDirectories.ensureAround(file);
                    assertTrue(Files.isDirectory(file.getParent()));
                  }
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aFileIsRefusedAndALinkToADirectoryIsNotFollowed() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    Path nowhere = Files.createSymbolicLink(folder.resolve("nowhere"), folder.resolve("new"));
    Path file = Files.writeString(folder.resolve("file"), "");
    for (Path wrong : List.of(link, nowhere, file)) {
      assertThrows(
          NotDirectoryException.class, () -> SafeDirectories.ensureAround(wrong.resolve("x")));
    }
    assertFalse(Files.exists(folder.resolve("new")));
  }
}
