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

/** Real locks, checked by the Perl script and by its substitute without Perl. */
@Timeout(60)
final class FlockHelperTest {

  @TempDir Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Path> nothing = List.of();

  @AfterEach
  void tearDown() {
    threads.shutdownNow();
  }

  private FlockHelper helper(boolean perl) {
    return new FlockHelper(
        perl ? ProgramLookup.ofThisMachine() : new ProgramLookup(List.of()), threads);
  }

  private static boolean free(FlockHelper helper, Path... files) {
    return helper.isFree(List.of(files)).orTimeout(30, TimeUnit.SECONDS).join();
  }

  /** Starts a process that holds the lock until it is killed. */
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
  void aLockIsFreeExactlyWhileItIsNotHeld(boolean perl) throws Exception {
    Path one = file("one.lock");
    Path two = file("two's $(lock)");
    try (FlockHelper helper = helper(perl)) {
      assertTrue(free(helper, one, two));
      Process holder = holder(two);
      assertFalse(free(helper, one, two));
      assertFalse(free(helper, two));
      assertTrue(free(helper, one));
      holder.destroyForcibly().waitFor();
      assertTrue(free(helper, one, two));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWaitEndsWhenAllLocksAreFree(boolean perl) throws Exception {
    Path one = file("one.lock");
    Path two = file("two.lock");
    try (FlockHelper helper = helper(perl)) {
      Process first = holder(one);
      Process second = holder(two);
      CompletableFuture<Void> freed = helper.whenFree(List.of(one, two));
      first.destroyForcibly().waitFor();
      assertFalse(free(helper, one, two), "a wait blocks no check");
      assertFalse(freed.isDone());
      second.destroyForcibly().waitFor();
      freed.orTimeout(30, TimeUnit.SECONDS).join();
      assertTrue(free(helper, one, two));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMissingFileIsFreeAndAnUnusableNameFails(boolean perl) throws Exception {
    try (FlockHelper helper = helper(perl)) {
      assertTrue(free(helper, folder.resolve("none")));
      assertTrue(helper.isFree(nothing).join());
      Path directory = folder.resolve("no-lock");
      new ProcessBuilder("mkdir", directory.toString()).start().waitFor();
      assertTrue(free(helper, directory), "an unlocked folder");
      CompletableFuture<Boolean> broken = helper.isFree(List.of(Path.of("/proc/1/mem/x\ny")));
      assertThrows(CompletionException.class, broken::join);
    }
  }
}
