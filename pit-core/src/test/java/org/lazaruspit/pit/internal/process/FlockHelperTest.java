package org.lazaruspit.pit.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lazaruspit.pit.internal.os.ProgramLookup;

/** Real locks of the kernel, asked about in Perl and, where there is none, by a shell. */
@Timeout(60)
final class FlockHelperTest {

  @TempDir Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Path> nothing = List.of();

  @AfterEach
  void tearDown() {
    threads.shutdownNow();
  }

  private FlockHelper desk(boolean perl) {
    return new FlockHelper(
        perl ? ProgramLookup.ofThisMachine() : new ProgramLookup(List.of()), threads);
  }

  private static boolean free(FlockHelper desk, Path... files) {
    return desk.isFree(List.of(files)).orTimeout(30, TimeUnit.SECONDS).join();
  }

  /** Holds the lock when this returns, until it is ended. */
  private static Process holder(Path file) throws IOException {
    Process holder =
        new ProcessBuilder("flock", "-F", file.toString(), "sh", "-c", "echo held; exec sleep 600")
            .start();
    assertEquals("held", holder.inputReader(UTF_8).readLine());
    return holder;
  }

  private Path file(String name) throws IOException {
    return Files.createFile(folder.resolve(name));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLockIsFreeExactlyWhileNobodyHoldsIt(boolean perl) throws Exception {
    Path one = file("one.lock");
    Path two = file("two's $(lock)");
    try (FlockHelper desk = desk(perl)) {
      assertTrue(free(desk, one, two));
      Process holder = holder(two);
      assertFalse(free(desk, one, two));
      assertFalse(free(desk, two));
      assertTrue(free(desk, one));
      holder.destroyForcibly().waitFor();
      assertTrue(free(desk, one, two));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoeverWaitsIsToldWhenAllAreFree(boolean perl) throws Exception {
    Path one = file("one.lock");
    Path two = file("two.lock");
    try (FlockHelper desk = desk(perl)) {
      Process first = holder(one);
      Process second = holder(two);
      CompletableFuture<Void> freed = desk.whenFree(List.of(one, two));
      first.destroyForcibly().waitFor();
      assertFalse(free(desk, one, two), "others are answered meanwhile");
      assertFalse(freed.isDone());
      second.destroyForcibly().waitFor();
      freed.orTimeout(30, TimeUnit.SECONDS).join();
      assertTrue(free(desk, one, two));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileThatIsNotThereIsHeldByNobodyAndOneThatCannotBeOpenedIsNoAnswer(boolean perl)
      throws Exception {
    try (FlockHelper desk = desk(perl)) {
      assertTrue(free(desk, folder.resolve("none")));
      assertTrue(desk.isFree(nothing).join());
      Path loop = folder.resolve("no-lock");
      new ProcessBuilder("mkdir", loop.toString()).start().waitFor();
      assertTrue(free(desk, loop), "a folder can be locked, and nobody has");
      CompletableFuture<Boolean> broken = desk.isFree(List.of(Path.of("/proc/1/mem/x\ny")));
      assertThrows(CompletionException.class, broken::join);
    }
  }
}
