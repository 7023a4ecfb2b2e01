package org.lazaruspit.pit.testkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * Separate process that holds a file lock until it is killed: file locks do not exclude threads of
 * one process.
 */
public final class LockHolder {

  private LockHolder() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    FileChannel channel =
        FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.lock();
    System.out.println("locked");
    TimeUnit.DAYS.sleep(1);
  }

  /** Returns once the lock is held. */
  public static Process hold(Path file) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx16m",
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                LockHolder.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String line = process.inputReader().readLine();
    if (!"locked".equals(line)) {
      process.destroyForcibly();
      throw new IOException("unexpected output of the lock holder: " + line);
    }
    return process;
  }
}
