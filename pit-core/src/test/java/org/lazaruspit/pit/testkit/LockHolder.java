package org.lazaruspit.pit.testkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** Another process that holds a file's lock until it is killed: locks don't tell threads apart. */
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
    String said = process.inputReader().readLine();
    if (!"locked".equals(said)) {
      process.destroyForcibly();
      throw new IOException("the lock's holder said: " + said);
    }
    return process;
  }
}
